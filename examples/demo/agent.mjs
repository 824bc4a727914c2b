#!/usr/bin/env node
// A coding agent without a model: what it does next follows from what the prompt tells, as with a real one.
import { readFileSync, writeFileSync } from "node:fs";

/** What it knows how to mend, by the names of the tests that show the fault. */
const fixes = [
  {
    tests: ["an item put in twice is one line with both quantities"],
    before: "  return { lines: [...cart.lines, { ...item, quantity }] };",
    after: [
      "  const before = cart.lines.find((line) => line.sku === item.sku)?.quantity ?? 0;",
      "  const others = cart.lines.filter((line) => line.sku !== item.sku);",
      "  return { lines: [...others, { ...item, quantity: before + quantity }] };",
    ].join("\n"),
    entry: "- An item put into the cart twice is one line with both quantities.",
  },
  {
    tests: ["a coupon is taken off the sum and rounded once", "a receipt looks as the printed one"],
    before:
      "  return cart.lines.reduce((sum, line) => sum + Math.round((line.cents * (100 - couponPercent)) / 100) * line.quantity, 0);",
    after: [
      "  const sum = cart.lines.reduce((sum, line) => sum + line.cents * line.quantity, 0);",
      "  return Math.round((sum * (100 - couponPercent)) / 100);",
    ].join("\n"),
    entry: "- A coupon is taken off the sum and rounded once.",
  },
];

const prompt = readFileSync(0, "utf8");
const checks = section(prompt, "What the checks found");
const verdict = section(prompt, "What the judge found");

if (verdict.includes("CHANGELOG.md")) writeChangelog();
else if (checks !== "") mendWhatFailed();
else mendTheObvious();

function mendTheObvious() {
  say("Reading src/cart.js: adding an item never looks whether it is there already.");
  apply(fixes[0]);
  say("All tests of the cart pass now.");
}

function mendWhatFailed() {
  const failing = [...checks.matchAll(/^✖ (.+?) \([\d.]+ms\)$/gm)].map(([, name]) => name);
  const wanted = fixes.filter(({ tests }) => tests.some((test) => failing.includes(test)));
  say(`The check says that these tests fail: ${[...new Set(failing)].join("; ") || "none that I can read"}.`);
  for (const fix of wanted) apply(fix);
}

function writeChangelog() {
  say(`The judge says: ${firstLine(verdict)}`);
  const source = readFileSync("src/cart.js", "utf8");
  const entries = fixes.filter(({ after }) => source.includes(after)).map(({ entry }) => entry);
  edit("CHANGELOG.md", "## Unreleased\n", `## Unreleased\n\n${entries.join("\n")}\n`);
}

function apply({ before, after }) {
  edit("src/cart.js", before, after);
}

function edit(path, before, after) {
  const text = readFileSync(path, "utf8");
  if (!text.includes(before)) return say(`${path} is as it should be already.`);
  writeFileSync(
    path,
    text.replace(before, () => after),
  );
  say(`Edited ${path}.`);
}

function section(text, title) {
  const [, rest = ""] = text.split(`## ${title}\n`);
  return rest.split(/^## /m)[0].trim();
}

function firstLine(text) {
  return text.split("\n")[0];
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
