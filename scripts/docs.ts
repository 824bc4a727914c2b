import { readFileSync, writeFileSync } from "node:fs";
import { goalSchemaText, withKeyTable } from "../config/goal-file/goal-documents.ts";
import { renderCliDocs } from "./render-cli-docs.ts";

// Usage: tsx scripts/docs.ts [--check]: writes the generated pages, or says which are not what the code says.
const goalPage = readFileSync(new URL("../docs/goal-file.md", import.meta.url), "utf8");
const pages = { "goal.schema.json": goalSchemaText(), "goal-file.md": withKeyTable(goalPage), "cli.md": await renderCliDocs() };
for (const [name, wanted] of Object.entries(pages)) {
  const file = new URL(`../docs/${name}`, import.meta.url);
  if (!process.argv.includes("--check")) {
    writeFileSync(file, wanted);
  } else if (readFileSync(file, "utf8") !== wanted) {
    process.stderr.write(`docs/${name} is not what the code says; run: npm run docs\n`);
    process.exitCode = 1;
  }
}
