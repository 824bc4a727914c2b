import { readFile, writeFile } from "node:fs/promises";
import { renderCliDocs } from "./render-cli-docs.ts";

// Usage: tsx scripts/generate-cli-docs.ts [--check]
const file = new URL("../docs/cli.md", import.meta.url);
const wanted = await renderCliDocs();
if (!process.argv.includes("--check")) {
  await writeFile(file, wanted);
} else if ((await readFile(file, "utf8").catch(() => "")) !== wanted) {
  process.stderr.write("docs/cli.md is not what the commands say; run: npx tsx scripts/generate-cli-docs.ts\n");
  process.exitCode = 1;
}
