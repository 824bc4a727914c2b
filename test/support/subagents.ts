import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BatonWorld } from "./baton-world.ts";
import type { TestThread } from "./test-thread.ts";

const agent = fileURLToPath(new URL("mcp-agent.mjs", import.meta.url));

export type PlannedStep = { readonly sh: string } | { readonly tool: string; readonly input?: unknown };

/** What the agent of a thread does, by turn or `turn.attempt`. */
export type AgentPlan = Readonly<Record<string, readonly PlannedStep[]>>;

export interface AgentLine {
  readonly thread: string;
  readonly turn: string;
  readonly attempt: string;
  readonly prompt?: string;
  readonly tools?: readonly { readonly name: string }[] | null;
  readonly step?: unknown;
  readonly answer?: Readonly<Record<string, unknown>>;
}

/** Prose that the test's agent follows; plans may hold the goals of subagents with plans of their own. */
export function planned(plan: AgentPlan): string {
  return `PLAN:${JSON.stringify(plan)}`;
}

export interface PlannedThread extends TestThread {
  /** What all agents of the thread's tree said, in the order in which they said it. */
  log(): readonly AgentLine[];
  /** Answers that the thread's own agent got to one tool. */
  answers(tool: string): readonly Readonly<Record<string, unknown>>[];
}

interface PlannedWish {
  readonly plan: AgentPlan;
  readonly verify?: readonly string[];
  readonly subagents?: Readonly<Record<string, number>>;
  readonly keys?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
}

/** Starts a goal whose worker is a client of the MCP server, and so are the subagents that it asks for. */
export async function startPlanned(world: BatonWorld, name: string, wish: PlannedWish): Promise<PlannedThread> {
  const file = join(world.root, `${name}.jsonl`);
  const { verify = ["test -f done"], subagents = {}, keys = {}, args = [] } = wish;
  const plan = wish.verify === undefined ? endingDone(wish.plan) : wish.plan;
  const worker = { use: "command", run: `exec '${process.execPath}' '${agent}' '${file}'` };
  const goal = { goal: planned(plan), agents: { worker }, verify, subagents, ...keys };
  const thread = await world.start({ plan: { turns: {} }, goal }, { args });
  const log = (): AgentLine[] =>
    existsSync(file)
      ? readFileSync(file, "utf8")
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line) as AgentLine)
      : [];
  const isCall = (step: unknown, tool: string) => (step as { tool?: string } | undefined)?.tool === tool;
  const answers = (tool: string) =>
    log().flatMap((line) => (line.thread === thread.id && isCall(line.step, tool) ? [line.answer ?? {}] : []));
  return { ...thread, log, answers };
}

function endingDone(plan: AgentPlan): AgentPlan {
  return Object.fromEntries(Object.entries(plan).map(([turn, steps]) => [turn, [...steps, { sh: "touch done" }]]));
}

/** A task for `spawn` that leaves a file behind. */
export function fileTask(name: string, before: readonly PlannedStep[] = []): Readonly<Record<string, unknown>> {
  const steps = [...before, { sh: `mkdir -p out && echo ${name} > out/${name}` }];
  return { name, goal: planned({ 1: steps }), verify: [`test -f out/${name}`] };
}
