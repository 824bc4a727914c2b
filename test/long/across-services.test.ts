import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rightToken, startGuardedHub } from "../support/guarded-hub.ts";
import { killedMove, killPoints } from "../support/killed-move.ts";
import type { Action } from "../support/script.ts";
import type { TestThread } from "../support/test-thread.ts";
import { closeServices, phaseAt, twoServices, viewAt, type Side } from "../support/two-services.ts";
import { until } from "../support/until.ts";

let laptop: Side;
let team: Side;

beforeAll(async () => {
  ({ laptop, team } = await twoServices());
});
afterAll(() => closeServices({ laptop, team }));

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

/** Neither of the first two attempts would ever end by itself. */
const interrupted = {
  turns: {
    1.1: [...step(1).slice(0, -1), ["gate", "never-1"]],
    1.2: [...step(2).slice(0, -1), ["gate", "never-2"]],
    1.3: [["write", ["done", "yes\n"]]],
  },
} as const;

async function started(): Promise<TestThread> {
  const thread = await laptop.world.start({ plan });
  await thread.script.reached("hold-1");
  return thread;
}

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
    const staying = await laptop.world.must("handoff", thread.id, "--cancel", "--json");
    expect(staying.json()).toMatchObject({ id: thread.id, status: "running" });
    expect(await going).toMatchObject({ code: 2 });
    await laptop.world.must("stop", thread.id);
    await thread.settled("stopped");
  });
});

describe.sequential("a move whose mover is killed", () => {
  test.each(killPoints)("%s is finished by the same command, in both directions", async (when) => {
    const thread = await started();
    const there = { args: ["handoff", thread.id, "--to", "team:"], from: laptop, to: team };
    await killedMove(thread, when, { ...there, env: laptop.world.env, endStep: () => thread.script.open("hold-1") });
    await laptop.world.must(...there.args);
    await thread.script.reached("hold-2");
    expect(await viewAt(laptop, thread)).toMatchObject({ status: "moved" });
    const back = { args: ["pull", `team:${thread.id}`], from: team, to: laptop };
    await killedMove(thread, when, { ...back, env: laptop.world.env, endStep: () => thread.script.open("hold-2") });
    await laptop.world.must(...back.args);
    await expectWhole(thread);
  });

  test.each(killPoints)("%s, with the turn interrupted, is finished by the same command, in both directions", async (when) => {
    const thread = await laptop.world.start({ plan: interrupted });
    await thread.script.reached("never-1");
    const there = { args: ["handoff", thread.id, "--to", "team:", "--mode", "interrupt"], from: laptop, to: team };
    await killedMove(thread, when, { ...there, env: laptop.world.env });
    await laptop.world.must(...there.args);
    await thread.script.reached("never-2");
    expect(await viewAt(laptop, thread)).toMatchObject({ status: "moved" });
    const back = { args: ["pull", `team:${thread.id}`, "--mode", "interrupt"], from: team, to: laptop };
    await killedMove(thread, when, { ...back, env: laptop.world.env });
    await laptop.world.must(...back.args);
    expect(await thread.settled()).toMatchObject({ turn: 1, delivered: true });
    expect(thread.script.attempts()).toEqual(["1.1", "1.2", "1.3"]);
    expect(await thread.committedTurns()).toEqual([1]);
    expect(await thread.repository.file(thread.branch, "log.txt")).toBe("turn 1\nturn 2");
    expect(await thread.repository.file(thread.branch, "notes/2.txt")).toBe("2");
  });
});

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
