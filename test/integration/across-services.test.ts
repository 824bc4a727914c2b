import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Departure } from "../../domain/departure.ts";
import type { SupervisedName } from "../../infra/services/service-files.ts";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { rightToken, startGuardedHub } from "../support/guarded-hub.ts";
import type { Action } from "../support/script.ts";
import type { TestThread } from "../support/test-thread.ts";
import { until } from "../support/until.ts";
import { threadWorkflowId } from "../../workflows/messages.ts";
import { connectToWorld, type WorldClient } from "../support/world-client.ts";

const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

interface Side {
  readonly world: BatonWorld;
  readonly client: WorldClient;
}

let laptop: Side;
let team: Side;

beforeAll(async () => {
  const [mine, theirs] = await Promise.all([createWorld(), createWorld()]);
  laptop = { world: mine, client: await connectToWorld(mine.files) };
  team = { world: theirs, client: await connectToWorld(theirs.files) };
  await mine.must("remote", "add", "team", ...addressesOf(theirs));
});
afterAll(async () => {
  await Promise.all([laptop.client.close(), team.client.close()]);
  await Promise.all([laptop.world.close(), team.world.close()]);
});

function addressesOf(world: BatonWorld): string[] {
  const { temporal, hub } = world.files.readEndpoints()!;
  return ["--address", temporal.address, "--namespace", temporal.namespace, "--hub", hub.address];
}

/** A turn that leaves a file, an untracked folder and something in its session, and then waits. */
const step = (turn: number): readonly Action[] => [
  ["append", ["log.txt", `turn ${turn}\n`]],
  ["write", [`notes/${turn}.txt`, `${turn}\n`]],
  ["remember", `turn ${turn}`],
  ["usage", { input_tokens: 10 }],
  ["gate", `hold-${turn}`],
];
const plan = {
  turns: {
    1: step(1),
    2: [["recall", "second.txt"], ...step(2)],
    3: [
      ["recall", "third.txt"],
      ["write", ["done", "yes\n"]],
    ],
  },
} as const;

async function started(): Promise<TestThread> {
  const thread = await laptop.world.start({ plan });
  await thread.script.reached("hold-1");
  return thread;
}

const viewAt = ({ client }: Side, thread: TestThread) => client.view(thread.id);
const phaseAt = async (side: Side, thread: TestThread): Promise<Departure["phase"] | undefined> =>
  (await viewAt(side, thread)).departure?.phase;

/** What holds after a thread went there and came back, however often the one who moved it died. */
async function expectWhole(thread: TestThread): Promise<void> {
  const view = await thread.settled();
  expect(view).toMatchObject({ turn: 3, delivered: true, spent: { tokens: 20 } });
  expect(await viewAt(team, thread)).toMatchObject({ status: "moved", turn: 2 });
  expect(await thread.repository.file(thread.branch, "log.txt")).toBe("turn 1\nturn 2");
  expect(await thread.repository.file(thread.branch, "second.txt")).toBe("turn 1");
  expect(await thread.repository.file(thread.branch, "third.txt")).toBe("turn 2");
  expect(await thread.repository.file(thread.branch, "notes/2.txt")).toBe("2");
  expect(await thread.committedTurns()).toEqual([1, 2, 3]);
  expect(thread.script.attempts()).toEqual(["1.1", "2.1", "3.1"]);
}

describe.sequential("a thread between two Temporal Services", () => {
  test("goes there, works there, and comes back with everything", async () => {
    const thread = await started();
    const going = laptop.world.must("handoff", thread.id, "--to", "team:");
    await until(async () => (await phaseAt(laptop, thread)) === "quieting", { why: "it is leaving" });
    expect((await laptop.world.view(thread.id)).status).toBe("moving");
    thread.script.open("hold-1");
    expect((await going).stdout).toContain(`team:${thread.id}`);
    const left = await thread.view();
    expect(left).toMatchObject({ status: "moved", host: null });
    expect(left.reason).toContain("moved to team:");
    expect((await laptop.world.must("ls")).stdout).toMatch(new RegExp(`${thread.id} +moved +1 +command +team:`));
    expect((await laptop.world.must("show", thread.id)).stdout).toContain("moved to team:");
    await thread.script.reached("hold-2");
    expect(await viewAt(team, thread)).toMatchObject({ status: "running", turn: 2, spent: { tokens: 10 } });
    expect((await laptop.world.must("logs", `team:${thread.id}`)).stdout).toMatch(/turn 1 .*[^]*turn 2 /);
    await laptop.world.must("steer", `team:${thread.id}`, "mind the basket");

    const again = await laptop.world.must("handoff", thread.id, "--to", "team:");
    expect(again.stdout).toContain(`team:${thread.id}`);

    const coming = laptop.world.must("pull", `team:${thread.id}`);
    await until(async () => (await phaseAt(team, thread)) === "quieting", { why: "it is coming back" });
    thread.script.open("hold-2");
    await coming;
    await expectWhole(thread);
    expect(thread.script.prompt(3)).toContain("mind the basket");
  });

  test("stays when the departure is called off in time", async () => {
    const thread = await started();
    const going = laptop.world.baton(["handoff", thread.id, "--to", "team:"]);
    await until(async () => (await phaseAt(laptop, thread)) === "quieting", { why: "it is leaving" });
    await laptop.world.must("handoff", thread.id, "--cancel");
    expect(await going).toMatchObject({ code: 2 });
    await laptop.world.must("stop", thread.id);
    await thread.settled("stopped");
  });
});

describe.sequential("a move whose mover is killed", () => {
  const cases = [
    "while the turn ends",
    "while it copies",
    "before it starts the thread over there",
    "before it says so here",
  ] as const;

  test.each(cases)("%s is finished by the same command, in both directions", async (when) => {
    const thread = await started();
    const there = { args: ["handoff", thread.id, "--to", "team:"], from: laptop, to: team, gate: "hold-1" };
    await killedMove(thread, when, there);
    await laptop.world.must(...there.args);
    await thread.script.reached("hold-2");
    expect(await viewAt(laptop, thread)).toMatchObject({ status: "moved" });
    const back = { args: ["pull", `team:${thread.id}`], from: team, to: laptop, gate: "hold-2" };
    await killedMove(thread, when, back);
    await laptop.world.must(...back.args);
    await expectWhole(thread);
  });
});

interface KilledMove {
  readonly args: string[];
  readonly from: Side;
  readonly to: Side;
  /** Where the turn waits that has to end before the thread can leave. */
  readonly gate: string;
}

async function killedMove(thread: TestThread, when: string, { args, from, to, gate }: KilledMove): Promise<void> {
  const mover = spawn(process.execPath, [cli, ...args], { cwd: "/", env: laptop.world.env, stdio: "ignore" });
  const frozen: Frozen[] = [];
  try {
    await until(async () => (await phaseAt(from, thread)) === "quieting", { why: "it is leaving" });
    const { epoch } = (await viewAt(from, thread)).departure!;
    if (when === "while the turn ends") {
      await kill(mover);
      return thread.script.open(gate);
    }
    frozen.push(freeze(to, when === "while it copies" ? "hub" : "temporal"));
    thread.script.open(gate);
    if (when === "while it copies") {
      await until(() => epochIn(from, thread) === epoch, { why: "the hub that it leaves is fenced" });
      return await kill(mover);
    }
    await until(async () => (await phaseAt(from, thread)) === "leaving", { why: "it leaves" });
    if (when === "before it starts the thread over there") return await kill(mover);
    frozen.push(freeze(from, "host"));
    frozen[0]!.thaw();
    await until(async () => (await arrivalAt(to, thread)) === epoch, { why: "it has arrived" });
    await kill(mover);
  } finally {
    for (const each of frozen) each.thaw();
    mover.kill("SIGKILL");
  }
}

async function kill(mover: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => mover.once("exit", resolve));
  expect(mover.exitCode).toBeNull();
  mover.kill("SIGKILL");
  await gone;
}

interface Frozen {
  thaw(): void;
}

/** Stops a service for a while, so that whoever needs it waits there. */
function freeze({ world }: Side, name: SupervisedName): Frozen {
  const pid = world.pids()[name as "host"]!;
  process.kill(pid, "SIGSTOP");
  return { thaw: () => void process.kill(pid, "SIGCONT") };
}

/** The newest epoch that a side's hub lets write. */
function epochIn({ world }: Side, { id }: TestThread): number {
  const record = join(world.env["BATON_STATE_DIR"]!, "hub", "threads", `${id}.json`);
  return (JSON.parse(readFileSync(record, "utf8")) as { epoch: number }).epoch;
}

async function arrivalAt({ client }: Side, { id }: TestThread): Promise<unknown> {
  const { memo } = await client.client.workflow.getHandle(threadWorkflowId(id)).describe();
  return memo?.["arrival"];
}

describe("a remote", () => {
  test("is refused within seconds when one of its services is not there, and named when it shall be", async () => {
    const { hub, temporal } = team.world.files.readEndpoints()!;
    const dead = "127.0.0.1:1";
    for (const args of [
      ["--address", dead, "--hub", hub.address],
      ["--address", temporal.address, "--hub", dead],
    ]) {
      const startedAt = performance.now();
      const refused = await laptop.world.baton(["remote", "add", "gone", ...args]);
      expect(refused).toMatchObject({ code: 4 });
      expect(refused.stderr).toContain(dead);
      expect(performance.now() - startedAt).toBeLessThan(8_000);
    }
    await laptop.world.must("remote", "add", "gone", "--address", dead, "--hub", dead, "--no-check");
    expect((await laptop.world.must("remote", "ls", "--json")).json()).toMatchObject({
      gone: { hub: { address: dead } },
      team: {},
    });
    const thread = await started();
    const refused = await laptop.world.baton(["handoff", thread.id, "--to", "gone:"]);
    expect(refused).toMatchObject({ code: 4 });
    expect((await thread.view()).status).toBe("running");
    await laptop.world.must("remote", "rm", "gone");
    expect((await laptop.world.baton(["handoff", thread.id, "--to", "gone:"])).stderr).toContain('no remote "gone"');
    await laptop.world.must("stop", thread.id);
    await thread.settled("stopped");
  });

  test("whose hub wants another token is refused, and no secret is kept in the list", async () => {
    const folder = join(laptop.world.root, "guarded");
    const { temporal } = team.world.files.readEndpoints()!;
    const guarded = await startGuardedHub(folder, laptop.world.env);
    try {
      const add = async (token: string) => {
        const file = join(folder, "token");
        writeFileSync(file, `${token}\n`);
        const to = ["--address", temporal.address, "--hub", guarded.address, "--hub-token-file", file];
        return laptop.world.baton(["remote", "add", "guarded", ...to]);
      };
      const refused = await add("0123456789abcdef-wrong");
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toMatch(/token/);
      expect(await add(rightToken)).toMatchObject({ code: 0 });
      expect((await laptop.world.must("remote", "ls", "--json")).stdout).not.toContain(rightToken);
      await laptop.world.must("remote", "rm", "guarded");
    } finally {
      guarded.stop();
    }
  });
});
