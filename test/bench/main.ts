import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkpointRows } from "./checkpoint-rows.ts";
import { fanOutRows } from "./fan-out-rows.ts";
import { handoffRows } from "./handoff-rows.ts";
import { hubRows } from "./hub-rows.ts";
import { loopRows } from "./loop-rows.ts";
import { mergeRows } from "./merge-queue.ts";
import { recoveryRows } from "./recovery-rows.ts";
import { table, type Row } from "./table.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    turns: { type: "string", default: "50" },
    rounds: { type: "string", default: "2" },
    long: { type: "string", default: "200" },
    rows: { type: "string", default: "1000" },
    hosts: { type: "string", default: "50" },
    subagents: { type: "string", default: "60" },
    json: { type: "boolean", default: false },
  },
});
const turns = wholeNumber("turns", 5);
const rounds = wholeNumber("rounds", 1);
const hosts = wholeNumber("hosts", 1);
const subagents = [wholeNumber("subagents", 1)];
const loop = { turns, rounds, longTurns: wholeNumber("long", 0), listed: wholeNumber("rows", 0), say };

const parts: Readonly<Record<string, () => Promise<Row[]>>> = {
  loop: () => loopRows(loop),
  handoff: () => handoffRows({ rounds, say }),
  recovery: () => recoveryRows({ rounds, say }),
  checkpoints: () => withUser((env) => checkpointRows({ env, turns, say })),
  hub: () => hubRows({ hosts, say }),
  merge: mergeRows,
  "fan-out": () => fanOutRows({ subagents, hosts: 2, say }),
};

/** Every part, or those named by `--only`, one after the other: each has the machine to itself. */
async function bench(): Promise<Row[]> {
  const wanted = (options.only ?? Object.keys(parts)).flatMap((names) => names.split(","));
  const rows: Row[] = [];
  for (const name of wanted) {
    const run = parts[name];
    if (run === undefined) throw new Error(`--only takes ${Object.keys(parts).join(", ")}; there is no ${name}`);
    rows.push(...(await run()));
  }
  return rows;
}

/** Environment with a git identity and none of the developer's own settings. */
async function withUser(run: (env: Record<string, string>) => Promise<Row[]>): Promise<Row[]> {
  const home = mkdtempSync(join(tmpdir(), "baton-bench-home-"));
  try {
    writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = Ann Example\n\temail = ann@example.org\n[gc]\n\tauto = 0\n");
    return await run({ PATH: process.env["PATH"] ?? "", HOME: home, LANG: "C.UTF-8" });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function wholeNumber(name: keyof typeof options, least: number): number {
  const value = Number(options[name]);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${name} takes a whole number of at least ${least}`);
}

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

const rows = await bench();
process.stdout.write(options.json ? `${JSON.stringify(rows, undefined, 2)}\n` : table(rows));
