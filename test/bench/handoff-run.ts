import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ThreadView } from "../../domain/thread-view.ts";
import { threadWorkflowId, viewQuery } from "../../workflows/messages.ts";
import type { BatonWorld } from "../support/baton-world.ts";
import { until } from "../support/until.ts";
import type { WorldHost } from "../support/world-host.ts";
import { openCountingLink, type CountingLink } from "./counting-link.ts";
import { movingAgent, type Payload } from "./moving-agent.ts";
import { verifyCommand, type SampleWork } from "./sample-work.ts";
import { activityTimes, readRuns, timeOf, type History } from "./thread-history.ts";

/**
 * `ahead`: asked for while turn 2 runs, so that all but that turn's change is copied before. `last`: the same, with the
 * payload made in turn 2. `cold`, `known`: asked for while the thread waits for an answer, so that nothing is copied
 * before; the target has nothing, or the repository's base commit.
 */
export type Move = "ahead" | "last" | "cold" | "known";

export interface Moved {
  /** From the end of the last Activity on the source (for a waiting thread: from the request) to the next one on the target. */
  readonly darkMs: number;
  /** Of it, opening the workspace on the target. */
  readonly openMs: number;
  /** From the agent's end to its next start; NaN for a waiting thread. */
  readonly awayMs: number;
  /** Bytes of packs before the switch and after it. */
  readonly copied: number;
  readonly delta: number;
  /** Everything that came to the target from the hub, before the switch and after it. */
  readonly received: number;
}

export interface MoveBench {
  readonly world: BatonWorld;
  readonly work: SampleWork;
  readonly target: WorldHost;
  readonly link: CountingLink;
  runs: number;
}

const settleMs = 60_000;

export async function openMoveBench(world: BatonWorld, work: SampleWork): Promise<MoveBench> {
  const link = await openCountingLink(world.files.readEndpoints()?.hub.address ?? "");
  await world.host("source", { args: ["--no-workflows"] });
  const target = await world.host("target", { args: ["--no-workflows"], env: { BATON_HUB_ADDRESS: link.address } });
  return { world, work, target, link, runs: 0 };
}

/** Runs a thread of three turns on the source and moves it to the target between its second and its third. */
export async function runMove(bench: MoveBench, move: Move, payload: Payload): Promise<Moved> {
  const { world, work, link } = bench;
  const folder = join(world.root, "moves", String((bench.runs += 1)));
  const agent = movingAgent(folder, { payload, turn: move === "last" ? 2 : 1 });
  const waits = move === "cold" || move === "known";
  if (move !== "known") forgetAll(bench);
  const file = join(folder, "goal.yaml");
  writeFileSync(
    file,
    stringify({
      goal: `Move with ${payload} (${move})`,
      verify: [{ name: "done", run: verifyCommand }],
      agents: { worker: { use: "command", bin: agent.bin, env: agent.env } },
      on_failure: { same_failure: 9, no_progress: 9 },
      ...(waits ? { budget: { turns: 2 } } : {}),
    }),
  );
  const started = await world.baton(["run", file, "-d", "--json", "--again", "--on", "source"], { cwd: work.repository });
  if (started.code !== 0) throw new Error(started.stderr);
  const { id } = started.json() as { id: string };
  const client = await world.client();
  const view = () => client.workflow.getHandle(threadWorkflowId(id)).query(viewQuery);
  const when = (why: string, holds: (view: ThreadView) => boolean) =>
    until(async () => holds(await view()), { why, withinMs: settleMs });
  await until(agent.inTurnTwo, { why: "turn 2 has begun", withinMs: settleMs });
  const before = link.received();
  if (waits) {
    agent.letGo();
    await when("it asks about its budget", ({ questions }) => questions.length > 0);
    await world.must("handoff", id, "--to", "target");
    await world.must("answer", id, "continue", "--turns", "+1");
  } else {
    await world.must("handoff", id, "--to", "target", "--detach");
    await when("the target is ready", ({ handoff }) => handoff?.phase === "ready");
    agent.letGo();
  }
  await when("it has settled", ({ status }) => status === "achieved");
  const received = link.received() - before;
  const { moved } = await view();
  if (moved?.ok !== true || moved.to !== "target") throw new Error(`${id} did not move: ${moved?.note ?? "never"}`);
  const [history = {}] = await readRuns(client, threadWorkflowId(id));
  const awayMs = waits ? Number.NaN : agent.awayMs();
  return { ...times(history, waits), awayMs, copied: moved.copiedBytes, delta: moved.deltaBytes, received };
}

/** Makes the target one that has never seen the repository. */
function forgetAll({ target }: MoveBench): void {
  const folder = join(target.stateDir, "host");
  for (const name of readdirSync(folder).filter((each) => ["repositories", "spares", "threads"].includes(each))) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function times(history: History, waits: boolean): Pick<Moved, "darkMs" | "openMs"> {
  const activities = activityTimes(history);
  const opened = activities.findLast(({ name }) => name === "openWorkspace");
  if (opened === undefined) throw new Error("no workspace was opened");
  const openMs = opened.completedAt - opened.startedAt;
  if (waits) return { darkMs: opened.completedAt - requestedAt(history), openMs };
  const turn = activities.findLast(({ name, completedAt }) => name === "runTurn" && completedAt <= opened.scheduledAt);
  const next = activities.find(({ name, startedAt }) => name === "verify" && startedAt >= opened.completedAt);
  return { darkMs: (next?.startedAt ?? Number.NaN) - (turn?.completedAt ?? Number.NaN), openMs };
}

function requestedAt({ events }: History): number {
  const asked = (events ?? []).find(
    (event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name === "handoff",
  );
  return asked === undefined ? Number.NaN : timeOf(asked);
}
