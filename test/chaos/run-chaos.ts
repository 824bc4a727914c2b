import { setTimeout as delay } from "node:timers/promises";
import { settledStatuses } from "../../domain/thread-view.ts";
import { createCrashWorld, type CrashWorld } from "../support/crash-world.ts";
import { violations as violationsOf } from "../support/invariants.ts";
import type { Action, Plan } from "../support/script.ts";
import type { TestThread } from "../support/test-thread.ts";
import { drawFault, inject } from "./faults.ts";
import { randomFrom } from "./random.ts";

export interface ChaosRequest {
  readonly faults: number;
  readonly seed: number;
  /** Threads at once. */
  readonly threads: number;
  /** No fault is begun after that. */
  readonly deadlineMs: number;
  readonly say: (line: string) => void;
}

export interface ChaosOutcome {
  readonly injected: ReadonlyMap<string, number>;
  /** From the end of a fault until every thread that was open goes on; measured after every third one or so. */
  readonly recoveriesMs: readonly number[];
  readonly settled: number;
  readonly turns: number;
  readonly attempts: number;
  readonly violations: readonly string[];
  readonly tookMs: number;
}

const turnCount = 4;
const settleMs = 180_000;
const recoveryMs = 90_000;

/** A few short turns; every attempt writes the same, so that the tree does not tell what happened on the way. */
const plan: Plan = {
  turns: Object.fromEntries(Array.from({ length: turnCount }, (_, index) => [index + 1, actionsOf(index + 1)] as const)),
};

function actionsOf(turn: number): Action[] {
  return [
    ["write", [`turn-${turn}.txt`, `turn ${turn}\n`]],
    ["usage", { input_tokens: 100 * turn, output_tokens: turn }],
    ["sh", "sleep 2"],
    ...(turn === turnCount ? [["write", ["done", "yes\n"]] as const] : []),
  ];
}

export async function runChaos(request: ChaosRequest): Promise<ChaosOutcome> {
  const crash = await createCrashWorld({ BATON_KEEP_PLACE_MS: "300000", BATON_BACKOFF_MS: "100" });
  const names = ["alpha", "beta", "gamma"];
  const machines = await Promise.all(names.map((name) => crash.machine(name, { labels: ["far"], places: 8 })));
  const run = await startRun(crash, request);
  const random = randomFrom(request.seed);
  const injected = new Map<string, number>();
  const recoveriesMs: number[] = [];
  const startedAt = performance.now();
  const fed = new AbortController();
  const feeding = run.feed(fed.signal);
  let done = 0;
  while (done < request.faults && run.violations.length === 0 && performance.now() - startedAt < request.deadlineMs) {
    const fault = drawFault(random, machines);
    const waits = random.below(3) === 0;
    const before = waits ? await run.marks() : new Map<string, string>();
    if (!(await inject(crash, fault, run.open()))) continue;
    done += 1;
    injected.set(fault.kind, (injected.get(fault.kind) ?? 0) + 1);
    const tookMs = waits ? await run.recovered(before) : 0;
    if (waits) recoveriesMs.push(tookMs);
    const after = waits ? `: all go on after ${Math.round(tookMs)} ms` : "";
    request.say(`${done} ${fault.kind} ${fault.machine.name} (${fault.awayMs} ms)${after}`);
    await delay(random.below(800));
  }
  fed.abort();
  await feeding;
  await run.finish();
  const { violations, settled, turns, attempts } = run;
  const outcome = { injected, recoveriesMs, settled: settled(), turns: turns(), attempts: attempts(), violations };
  const tookMs = performance.now() - startedAt;
  if (violations.length > 0) process.env["BATON_KEEP_WORLD"] = "1";
  await crash.close().catch((error: unknown) => violations.push(String(error)));
  return { ...outcome, tookMs };
}

async function startRun(crash: CrashWorld, { threads: wanted }: ChaosRequest) {
  const { world } = crash;
  let open: TestThread[] = [];
  /** Settled, but what has to be asked of them lay in an outage. */
  let unchecked: TestThread[] = [];
  const violations: string[] = [];
  const count = { settled: 0, turns: 0, attempts: 0 };
  const begin = () =>
    world.start({ plan, goal: (script) => ({ agents: script.agents, host: { labels: ["far"] }, budget: { turns: 20 } }) });
  const reference = await begin();
  await reference.settled();
  const tree = await reference.repository.git("rev-parse", `${reference.branch}^{tree}`);

  const check = async (thread: TestThread) => {
    violations.push(...(await violationsOf(world, thread, { turns: turnCount, tree })));
    count.settled += 1;
    count.turns += turnCount;
    count.attempts += thread.script.attempts().length;
  };
  const collect = async () => {
    await answerQuestions(world, open);
    for (const thread of open) {
      const view = await look(thread);
      if (view === undefined || !settledStatuses.includes(view.status)) continue;
      open = open.filter((each) => each !== thread);
      await check(thread).catch(() => unchecked.push(thread));
    }
  };
  const marks = async () =>
    new Map(await Promise.all(open.map(async (thread) => [thread.id, markOf(await look(thread))] as const)));

  return {
    violations,
    open: () => open,
    settled: () => count.settled,
    turns: () => count.turns,
    attempts: () => count.attempts,
    marks,
    /** Keeps that many threads open, beside the faults. */
    async feed(signal: AbortSignal): Promise<void> {
      while (!signal.aborted && violations.length === 0) {
        await collect();
        // A service may just be away: then the next round starts one.
        if (open.length < wanted)
          await begin().then(
            (thread) => open.push(thread),
            () => undefined,
          );
        await delay(200);
      }
    },
    /** Milliseconds until every thread that was open has settled or is further than before. */
    async recovered(before: ReadonlyMap<string, string>): Promise<number> {
      const since = performance.now();
      let stuck: string[] = [];
      while (performance.now() - since < recoveryMs) {
        await answerQuestions(world, open);
        const now = await marks();
        stuck = [...before].filter(([id, mark]) => now.get(id) === mark || now.get(id) === "away").map(([id]) => id);
        if (stuck.length === 0) return performance.now() - since;
        await delay(100);
      }
      violations.push(...stuck.map((id) => `${id} made no progress within ${recoveryMs} ms: ${before.get(id)}`));
      return performance.now() - since;
    },
    async finish() {
      const deadline = performance.now() + settleMs;
      while (open.length > 0 && performance.now() < deadline) {
        await collect();
        await delay(200);
      }
      for (const thread of unchecked)
        await check(thread).catch((error: unknown) => violations.push(`${thread.id}: ${String(error)}`));
      unchecked = [];
      for (const thread of open) {
        violations.push(`${thread.id} did not settle within ${settleMs} ms: ${markOf(await look(thread))}`);
        world.allowOpen(thread.id, "it did not settle");
      }
    },
  };
}

/** Three crashes of the agent in a row are a person's to judge; here they were the chaos. */
async function answerQuestions({ baton }: CrashWorld["world"], open: readonly TestThread[]): Promise<void> {
  for (const thread of open) {
    const question = (await look(thread))?.questions[0];
    if (question === undefined) continue;
    process.stdout.write(`  ${thread.id} asks: ${question.text}\n`);
    await baton(["answer", thread.id, "continue"]);
  }
}

async function look(thread: TestThread) {
  return thread.view().catch(() => undefined);
}

/** Never twice the same for a settled thread: there is nothing further to come. */
function markOf(view: Awaited<ReturnType<typeof look>>): string {
  if (view === undefined) return "away";
  if (settledStatuses.includes(view.status)) return `${view.status}, seen at ${performance.now()}`;
  const { status, doing, turn, attempt, epoch, host } = view;
  return [status, doing, turn, attempt, epoch, host].join(" · ");
}
