import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./until.ts";

const sources = fileURLToPath(new URL("agents/", import.meta.url));

/** One thing the planned agent does; see agents/planned-agent.mjs. */
export type Action =
  | readonly ["write" | "append", readonly [path: string, text: string]]
  | readonly ["delete" | "say" | "gate" | "sh" | "remember" | "recall" | "message" | "session" | "kill", string]
  | readonly ["flee" | "print" | "exit", number]
  | readonly ["big", readonly [path: string, megabytes: number]]
  | readonly ["usage", Readonly<Record<string, number>>]
  | readonly ["failure", { readonly reason: string; readonly detail?: string; readonly retry_after_s?: number }];

/** What the check of most goals looks for. */
export const done: Action = ["write", ["done", "yes\n"]];

export interface PlannedVerdict {
  readonly overall?: "met" | "not_yet" | "impossible";
  readonly reason?: string;
  /** Gate at which the judge waits before it answers. */
  readonly gate?: string;
  readonly prose?: string;
  readonly exit?: number;
}

export interface PlannedReview {
  /** What it objects to; it approves without. */
  readonly objects?: readonly (string | { readonly text: string; readonly file?: string; readonly line?: number })[];
  readonly remarks?: readonly string[];
  readonly gate?: string;
  readonly prose?: string;
  readonly exit?: number;
}

/** Actions by `turn.attempt`, by turn, or `*` for every other one; verdicts and reviews by turn. */
export interface Plan {
  readonly turns: Readonly<Record<string, readonly Action[]>>;
  readonly judge?: Readonly<Record<string, PlannedVerdict>>;
  readonly review?: Readonly<Record<string, PlannedReview>>;
}

/** What agent, judge and checks of a thread do, and what they were told. */
export interface Script {
  /** `agents` of a goal file. */
  readonly agents: Readonly<Record<string, unknown>>;
  /** `review` of a goal file, for a plan that has reviews. */
  readonly reviewer: Readonly<Record<string, unknown>>;
  /** Shell command that waits at a gate. */
  gateCommand(gate: string): string;
  /** Waits until something stands at the gate; gives its pid. */
  reached(gate: string): Promise<number>;
  open(gate: string): void;
  prompt(turn: number, attempt?: number): string;
  /** `turn.attempt` of every start of the agent, oldest first. */
  attempts(): string[];
  /** Turns in which the judge was asked, oldest first. */
  judged(): number[];
  /** Turns in which the reviewer was asked, oldest first. */
  reviewed(): number[];
  /** What reviewer and judge were given in a turn. */
  reviewRequest(turn: number): Readonly<Record<string, unknown>>;
  judgeRequest(turn: number): Readonly<Record<string, unknown>>;
  /** Replaces the plan for what is still to come. */
  change(plan: Plan): void;
}

export function makeScript(folder: string, plan: Plan): Script {
  mkdirSync(join(folder, "gates"), { recursive: true });
  // Copies, so that recorded histories do not tell where this checkout is.
  const agents = join(folder, "agents");
  cpSync(sources, agents, { recursive: true });
  const file = join(folder, "plan.json");
  writeFileSync(file, JSON.stringify(plan));
  const env = [`PLAN=${file}`];
  const gate = (name: string) => join(folder, "gates", name);
  const lines = (name: string) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean) : [];
  const given = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Readonly<Record<string, unknown>>;
  const worker = { use: "command", bin: join(agents, "planned-agent.mjs"), env };
  const judge = plan.judge && { use: "command", bin: join(agents, "planned-judge.mjs"), env };
  return {
    agents: { worker, ...(judge === undefined ? {} : { judge }) },
    reviewer: { use: "command", bin: join(agents, "planned-reviewer.mjs"), env },
    gateCommand: (name) => `${process.execPath} ${join(agents, "gate.mjs")} ${join(folder, "gates")} ${name}`,
    async reached(name) {
      await until(() => existsSync(`${gate(name)}.reached`), { why: `nothing came to the gate "${name}"` });
      return Number(await until(() => readFileSync(`${gate(name)}.reached`, "utf8"), { why: `the pid at the gate "${name}"` }));
    },
    open: (name) => writeFileSync(`${gate(name)}.open`, ""),
    prompt: (turn, attempt = 1) => readFileSync(join(folder, "prompts", `${turn}.${attempt}.txt`), "utf8"),
    attempts: () => lines("journal.txt").map((line) => line.split(" ")[0] ?? ""),
    judged: () => lines("judge-turns.txt").map(Number),
    reviewed: () => lines("review-turns.txt").map(Number),
    reviewRequest: (turn) => given(`review-request-${turn}.json`),
    judgeRequest: (turn) => given(`judge-request-${turn}.json`),
    change: (changed) => writeFileSync(file, JSON.stringify(changed)),
  };
}
