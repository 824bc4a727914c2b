#!/usr/bin/env node
// Writes the sample repository into a new folder: 30 modules with a bug each, and a test that shows it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { numbers } from "./modules/numbers.mjs";
import { shared, shop } from "./modules/shop.mjs";
import { text } from "./modules/text.mjs";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("make-repository.mjs: name a folder");
const modules = [...shop, ...text, ...numbers];

for (const name of ["src", "test", "scripts"]) mkdirSync(join(folder, name), { recursive: true });
write(
  "package.json",
  `${JSON.stringify({ name: "shop", private: true, type: "module", scripts: { test: "node --test" } }, null, 2)}\n`,
);
write("README.md", `# Shop\n\n${modules.length} small modules in src/, a test for each in test/. Run them with npm test.\n`);
write("scripts/failing-tests.mjs", failingTests());
for (const { name, about, code, bugs } of shared) write(`src/${name}.js`, sourceOf({ about, code: seeded(code, bugs) }));
for (const { name, about, code, bug, expects } of modules) {
  write(`src/${name}.js`, sourceOf({ about, code: seeded(code, bug === undefined ? [] : [bug]) }));
  write(`test/${name}.test.js`, testOf({ name, code, expects }));
}

function seeded(code, bugs) {
  return bugs.reduce((sown, [right, wrong]) => {
    if (sown.split(right).length !== 2) throw new Error(`"${right}" does not stand exactly once in:\n${sown}`);
    return sown.replace(right, () => wrong);
  }, code);
}

function sourceOf({ about, code }) {
  const [imports, ...rest] = code.startsWith("import") ? code.split("\n\n") : ["", code];
  return `${imports === "" ? "" : `${imports}\n\n`}/** ${about} */\n${rest.join("\n\n")}\n`;
}

function testOf({ name, code, expects }) {
  const [, exported] = /export (?:function|const) (\w+)/.exec(code);
  const tests = expects.map(([expression, value]) => {
    const wanted = JSON.stringify(value);
    return `test(${JSON.stringify(`${expression} is ${wanted}`)}, () => assert.deepEqual(${expression}, ${wanted}));`;
  });
  const imports = [
    'import assert from "node:assert/strict";',
    'import { test } from "node:test";',
    `import { ${exported} } from "../src/${name}.js";`,
  ];
  return [...imports, "", ...tests, ""].join("\n");
}

/** Runs every test and prints a task for each file that fails: one line of JSON. */
function failingTests() {
  return `import { readdirSync } from "node:fs";
import { run } from "node:test";

const files = readdirSync("test").filter((name) => name.endsWith(".test.js")).toSorted();
const failing = new Set();
run({ files: files.map((name) => \`\${process.cwd()}/test/\${name}\`), concurrency: 4 })
  .on("test:fail", ({ file }) => failing.add(file.split("/").at(-1)))
  .on("end", () => {
    for (const file of files.filter((name) => failing.has(name))) {
      const name = file.replace(".test.js", "");
      console.log(JSON.stringify({ name, module: \`src/\${name}.js\`, test: \`test/\${file}\` }));
    }
  })
  .resume();
`;
}

function write(path, content) {
  writeFileSync(join(folder, path), content);
}
