#!/usr/bin/env node
// A command judge that answers what the test's plan (the file named by PLAN) says for this turn.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { waitAtGate } from "./gate.mjs";

const { PLAN } = process.env;
const folder = dirname(PLAN);
const request = JSON.parse(readFileSync(0, "utf8"));
appendFileSync(join(folder, "judged.txt"), `${request.turn}\n`);
writeFileSync(join(folder, `judge-request-${request.turn}.json`), JSON.stringify(request));

const { judge = {} } = JSON.parse(readFileSync(PLAN, "utf8"));
const { gate, prose, exit, overall = "met", reason = "as the plan says" } = judge[request.turn] ?? judge["*"] ?? {};
if (gate !== undefined) waitAtGate(join(folder, "gates"), gate);
if (exit !== undefined) process.exit(exit);
const criteria = request.criteria.map((_, index) => ({ criterion: index + 1, status: overall, evidence: reason }));
process.stdout.write(prose ?? JSON.stringify({ overall, criteria, reason }));
