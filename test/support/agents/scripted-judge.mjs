#!/usr/bin/env node
// A judge without a model: gives the status named by its argument to every criterion, or does something odd.
import { readFileSync } from "node:fs";

const input = JSON.parse(readFileSync(0, "utf8"));
const [, , status] = process.argv;
if (status === "prose") process.stdout.write("Looks good to me!\n");
else if (status === "fail") process.exit(3);
else if (status === "hang") setInterval(() => undefined, 1000);
else {
  const criteria = input.criteria.map((_, index) => ({
    criterion: index + 1,
    status,
    evidence: `diff of ${input.diff.length} characters`,
  }));
  process.stdout.write(`${JSON.stringify({ overall: status, criteria, reason: `scripted ${status}` })}\n`);
}
