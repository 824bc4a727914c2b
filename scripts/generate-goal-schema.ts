import { readFileSync, writeFileSync } from "node:fs";
import { goalSchemaText, withKeyTable } from "../config/goal-file/goal-documents.ts";

const schema = new URL("../docs/goal.schema.json", import.meta.url);
const page = new URL("../docs/goal-file.md", import.meta.url);
writeFileSync(schema, goalSchemaText());
writeFileSync(page, withKeyTable(readFileSync(page, "utf8")));
