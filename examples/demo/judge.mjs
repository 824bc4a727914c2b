#!/usr/bin/env node
// A judge without a model: reads the case as JSON from stdin, looks at the checkout, answers in JSON.
import { readFileSync } from "node:fs";

const { criteria, diff, verification } = JSON.parse(readFileSync(0, "utf8"));

const answers = criteria.map((criterion, index) => ({ criterion: index + 1, ...judged(criterion) }));
const open = answers.filter(({ status }) => status !== "met");
const answer = {
  overall: open.length === 0 ? "met" : "not_yet",
  criteria: answers,
  reason:
    open.length === 0 ? "The tests pass and the changelog tells what was fixed." : open.map(({ evidence }) => evidence).join(" "),
};
process.stdout.write(`${JSON.stringify(answer)}\n`);

function judged(criterion) {
  return criterion.includes("CHANGELOG.md") ? judgeChangelog() : judgeTests();
}

function judgeTests() {
  const failed = verification.checks.filter((check) => check.status !== "passed").map((check) => check.name);
  if (failed.length > 0) return { status: "not_yet", evidence: `These checks do not pass: ${failed.join(", ")}.` };
  return {
    status: "met",
    evidence: `${verification.passed} of ${verification.of} checks passed on ${verification.commit.slice(0, 10)}.`,
  };
}

function judgeChangelog() {
  const changed = /^diff --git .* b\/src\/cart\.js$/m.test(diff);
  const entries = unreleasedEntries(readFileSync("CHANGELOG.md", "utf8"));
  if (!changed || entries.length > 0) {
    return { status: "met", evidence: `CHANGELOG.md, Unreleased: ${entries.join(" ") || "nothing was fixed yet"}` };
  }
  return {
    status: "not_yet",
    evidence: 'src/cart.js behaves differently now, but CHANGELOG.md has no entry under "Unreleased": name every fix there.',
  };
}

function unreleasedEntries(changelog) {
  const section = changelog.split(/^## /m).find((part) => part.startsWith("Unreleased")) ?? "";
  return section.split("\n").filter((line) => line.startsWith("- "));
}
