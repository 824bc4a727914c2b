import { expect } from "vitest";
import type { CrashWorld, Machine } from "./crash-world.ts";
import { undisturbed, violations, type Expected } from "./invariants.ts";
import { done, type Action, type Plan } from "./script.ts";
import type { TestThread } from "./test-thread.ts";

/** Two machines that carry a label of their own, for one thread at a time. */
export interface Pair {
  readonly label: string;
  readonly machines: readonly [Machine, Machine];
}

export const usage: Action = ["usage", { input_tokens: 100, output_tokens: 10 }];
/** What two turns do, in every attempt the same. */
export const work: readonly Action[] = [["write", ["one.txt", "1\n"]], usage];
export const end: readonly Action[] = [["write", ["two.txt", "2\n"]], usage, done];

const settleMs = 90_000;

/** Machines that only run Activities: Workflows and delivery are the home machine's. */
export async function openPair(crash: CrashWorld, label: string): Promise<Pair> {
  const wish = { labels: [label], args: ["--no-workflows"] };
  const [first, second] = await Promise.all([`${label}-1`, `${label}-2`].map((name) => crash.machine(name, wish)));
  return { label, machines: [first!, second!] };
}

/** Threads of one crash world, and the check of each after what happened to it. */
export function crashRuns(crash: CrashWorld) {
  let expected: Expected = {};
  const start = ({ label }: Pick<Pair, "label">, plan: Plan, goal: Record<string, unknown> = {}): Promise<TestThread> =>
    crash.world.start({ plan, goal: (script) => ({ agents: script.agents, host: { labels: [label] }, ...goal }) });
  return {
    start,
    /** Runs the two turns with nothing happening; every later run must come to the same. */
    async rehearse(pair: Pair): Promise<void> {
      const thread = await start(pair, { turns: { 1: work, 2: end } });
      expected = await undisturbed(thread);
      expect(await violations(crash.world, thread, expected)).toEqual([]);
    },
    /** The machine of the pair that has the thread, and the other one. */
    async placeOf(thread: TestThread, { machines: [first, second] }: Pair): Promise<{ here: Machine; there: Machine }> {
      const view = await thread.when("it has a place", ({ host }) => host === first.name || host === second.name);
      return view.host === first.name ? { here: first, there: second } : { here: second, there: first };
    },
    /** Waits for the end and checks everything that must hold; `more` replaces what the rehearsal came to. */
    async holds(thread: TestThread, more: Expected = expected): Promise<void> {
      await thread.settled("achieved", settleMs);
      expect(await violations(crash.world, thread, more)).toEqual([]);
    },
  };
}

/** Lends pairs out, so that as many tests as there are pairs run at once. */
export function lendPairs(pairs: readonly Pair[]) {
  const free = [...pairs];
  const waiting: ((pair: Pair) => void)[] = [];
  return async (use: (pair: Pair) => Promise<void>): Promise<void> => {
    const pair = free.shift() ?? (await new Promise<Pair>((resolve) => waiting.push(resolve)));
    try {
      await use(pair);
    } finally {
      await Promise.all(pair.machines.map(mend));
      const next = waiting.shift();
      if (next === undefined) free.push(pair);
      else next(pair);
    }
  };
}

/** As it was, whatever a test that failed left of it. */
async function mend(machine: Machine): Promise<void> {
  machine.points.clear();
  machine.link("heal");
  machine.host().signal("SIGCONT");
  await machine
    .host()
    .ended(0)
    .then(
      () => machine.start(),
      () => undefined,
    );
}
