import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { renderCliDocs } from "../scripts/render-cli-docs.ts";
import { commandNames } from "./program.ts";

test("docs/cli.md is what the commands say about themselves", async () => {
  const written = await readFile(new URL("../docs/cli.md", import.meta.url), "utf8");
  expect(written, "run: npm run docs").toBe(await renderCliDocs());
});

test("every command is documented", async () => {
  const docs = await renderCliDocs();
  for (const name of commandNames) expect(docs).toContain(`### baton ${name}\n`);
});
