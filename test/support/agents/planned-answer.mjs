// What a command does that is asked about a turn: it keeps the question, and answers what the file named by PLAN says.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { waitAtGate } from "./gate.mjs";

export function answerAsPlanned(kind, answer) {
  const { PLAN } = process.env;
  const folder = dirname(PLAN);
  const request = JSON.parse(readFileSync(0, "utf8"));
  appendFileSync(join(folder, `${kind}-turns.txt`), `${request.turn}\n`);
  writeFileSync(join(folder, `${kind}-request-${request.turn}.json`), JSON.stringify(request));
  const planned = JSON.parse(readFileSync(PLAN, "utf8"))[kind] ?? {};
  const { gate, prose, exit, ...rest } = planned[request.turn] ?? planned["*"] ?? {};
  if (gate !== undefined) waitAtGate(join(folder, "gates"), gate);
  if (exit !== undefined) process.exit(exit);
  process.stdout.write(prose ?? JSON.stringify(answer(rest, request)));
}
