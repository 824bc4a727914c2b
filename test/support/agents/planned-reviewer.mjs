#!/usr/bin/env node
// A command reviewer that answers what the test's plan (the file named by PLAN) says for this turn.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { waitAtGate } from "./gate.mjs";

const { PLAN } = process.env;
const folder = dirname(PLAN);
const request = JSON.parse(readFileSync(0, "utf8"));
appendFileSync(join(folder, "reviewed.txt"), `${request.turn}\n`);
writeFileSync(join(folder, `review-request-${request.turn}.json`), JSON.stringify(request));

const { review = {} } = JSON.parse(readFileSync(PLAN, "utf8"));
const { gate, prose, exit, objects = [], remarks = [] } = review[request.turn] ?? review["*"] ?? {};
if (gate !== undefined) waitAtGate(join(folder, "gates"), gate);
if (exit !== undefined) process.exit(exit);
const finding = (blocking) => (given) => ({ ...(typeof given === "string" ? { text: given } : given), blocking });
const findings = [...objects.map(finding(true)), ...remarks.map(finding(false))];
process.stdout.write(prose ?? JSON.stringify({ approve: objects.length === 0, findings }));
