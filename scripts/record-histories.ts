import { rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createWorld } from "../test/support/baton-world.ts";
import type { Action } from "../test/support/script.ts";

const tried: Action = ["append", ["tried.txt", "once more\n"]];
const done: Action = ["write", ["done", "yes\n"]];

/** Plays a few whole threads with the real services and keeps their histories as those of the present version. */
async function record(): Promise<void> {
  const root = new URL("../", import.meta.url);
  const { version } = JSON.parse(await readFile(new URL("package.json", root), "utf8")) as { version: string };
  const folder = fileURLToPath(new URL(`test/replay/histories/${version}/`, root));
  rmSync(folder, { recursive: true, force: true });
  process.env["BATON_RECORD_HISTORIES"] = folder;
  const world = await createWorld({ BATON_TURNS_PER_RUN: "3" });
  try {
    await judged(world);
    await asked(world);
    await interrupted(world);
  } finally {
    await world.close();
  }
}

type World = Awaited<ReturnType<typeof createWorld>>;

/** Fails, passes, is judged twice, continues as new. */
async function judged(world: World): Promise<void> {
  const plan = { turns: { 1: [tried], 2: [tried], 3: [done], "*": [tried] }, judge: { 3: { overall: "not_yet" } } } as const;
  const thread = await world.start({ plan, goal: { done: ["It is done"] } });
  await thread.settled();
}

/** A rate limit, a budget that is raised, a question that is answered, the end by a person. */
async function asked(world: World): Promise<void> {
  const limited: Action = ["failure", { reason: "rate_limit", retry_after_s: 0.1 }];
  const plan = { turns: { 1.1: [limited], "*": [tried] } } as const;
  const thread = await world.start({ plan, goal: { budget: { turns: 1 }, on_failure: { same_failure: 1 } } });
  await thread.asks();
  await world.must("budget", thread.id, "--turns", "9");
  await thread.when("asks what to try", ({ questions }) => questions[0]?.kind === "noProgress");
  await world.must("answer", thread.id, "stop");
  await thread.settled("failed");
}

/** Paused at once and resumed, steered, then its host is killed in the middle of a turn. */
async function interrupted(world: World): Promise<void> {
  const plan = { turns: { 1.1: [["gate", "pause"]], 1.2: [tried], 2.1: [["gate", "kill"]], 2.2: [done] } } as const;
  const thread = await world.start({ plan });
  await thread.script.reached("pause");
  await world.must("pause", thread.id, "--now");
  await thread.when("is paused", ({ turns }) => turns.length === 1);
  await world.must("steer", thread.id, "the other way");
  await world.must("resume", thread.id);
  await thread.script.reached("kill");
  await world.kill9("host");
  await world.must("up");
  await thread.settled();
}

await record();
