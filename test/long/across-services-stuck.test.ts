import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GoalWish } from "../support/baton-world.ts";
import { freeze, killedMove, type KillPoint } from "../support/killed-move.ts";
import type { TestThread } from "../support/test-thread.ts";
import { closeServices, twoServices, viewAt, type Side } from "../support/two-services.ts";

let laptop: Side;
let team: Side;

beforeAll(async () => {
  ({ laptop, team } = await twoServices());
});
afterAll(() => closeServices({ laptop, team }));

const at = (thread: TestThread) => `team:${thread.id}`;
const baton = (...args: string[]) => laptop.world.baton(args);
const must = (...args: string[]) => laptop.world.must(...args);

async function endsThere(thread: TestThread, status: "achieved" | "stopped" = "achieved"): Promise<void> {
  await must("logs", "-f", at(thread)).catch(() => undefined);
  expect(await viewAt(team, thread)).toMatchObject({ status });
  expect(await thread.view()).toMatchObject({ status: "moved" });
}

describe.sequential("a thread that does nothing moves at once", () => {
  test("with its open question, which is answered over there", async () => {
    const plan = { turns: { 1: [["write", ["one.txt", "1\n"]]], 2: [["write", ["done", "yes\n"]]] } } as const;
    const thread = await laptop.world.start({ plan, goal: { budget: { turns: 1 } } });
    const { questions } = await thread.asks();
    await must("handoff", thread.id, "--to", "team:");
    expect(await viewAt(team, thread)).toMatchObject({ status: "waiting", questions });
    expect((await baton("answer", thread.id, "continue")).code).toBe(2);
    await must("answer", at(thread), "continue", "--turns", "+1");
    await endsThere(thread);
  });

  test("paused, and stays so until it is resumed over there", async () => {
    const plan = {
      turns: {
        1: [
          ["write", ["one.txt", "1\n"]],
          ["gate", "one"],
        ],
        2: [["gate", "two"]],
      },
    } as const;
    const thread = await laptop.world.start({ plan });
    await thread.script.reached("one");
    await must("pause", thread.id);
    thread.script.open("one");
    await thread.when("it is paused", (view) => view.doing === "paused");
    await must("handoff", thread.id, "--to", "team:");
    expect(await viewAt(team, thread)).toMatchObject({ status: "paused", turn: 1 });
    await must("budget", at(thread), "--turns", "9");
    await must("resume", at(thread));
    await thread.script.reached("two");
    expect((await must("budget", at(thread), "--json")).json()).toMatchObject({ budget: { turns: 9 } });
    expect((await must("diff", at(thread), "--json")).json()).toMatchObject({ files: [{ path: "one.txt", added: 1 }] });
    expect((await must("attempts", at(thread), "--json")).json()).toMatchObject({ thread: thread.id });
    expect((await must("pause", at(thread), "--now")).stdout).toContain("pauses now");
    await must("stop", at(thread), "--reason", "seen enough");
    await endsThere(thread, "stopped");
  });

  test("out of a wait for a rate limit, which holds for the logins of the host that it leaves", async () => {
    const limited = { reason: "rateLimit", detail: "come back tomorrow", retry_after_s: 3600 };
    const turns = { 1.1: [["failure", limited]], 1.2: [["write", ["done", "yes\n"]]] } satisfies GoalWish["plan"]["turns"];
    const thread = await laptop.world.start({ plan: { turns } });
    await thread.when("it waits", (view) => view.doing.startsWith("waiting 3600 s"));
    await must("handoff", thread.id, "--to", "team:");
    await endsThere(thread);
    expect(thread.script.attempts()).toEqual(["1.1", "1.2"]);
  });
});

/** Its mover dies at that point, and the thread is left on its way. */
async function stuck(when: KillPoint): Promise<TestThread> {
  const plan = {
    turns: {
      1: [
        ["write", ["one.txt", "1\n"]],
        ["gate", "one"],
      ],
      2: [
        ["gate", "two"],
        ["write", ["done", "yes\n"]],
      ],
    },
  } as const;
  const thread = await laptop.world.start({ plan });
  await thread.script.reached("one");
  const args = ["handoff", thread.id, "--to", "team:"];
  const endStep = () => thread.script.open("one");
  await killedMove(thread, when, { args, env: laptop.world.env, from: laptop, to: team, endStep });
  expect((await thread.view()).departure?.phase).toBe("leaving");
  return thread;
}

describe.sequential("a thread that is stuck on its way", () => {
  test("stays when the target answers and has refused it: it cannot arrive there any more", async () => {
    const thread = await stuck("before it starts the thread over there");
    expect((await must("handoff", thread.id, "--cancel")).stdout).toContain(`${thread.id} stays`);
    await thread.script.reached("two");
    expect((await baton("handoff", thread.id, "--to", "team:")).stderr).toContain("has been called off");
    expect((await baton("show", at(thread))).stderr).toContain("a move to here was called off");
    thread.script.open("two");
    const view = await thread.settled();
    expect(view.epoch).toBeLessThan(100);
    expect(thread.script.attempts()).toEqual(["1.1", "2.1"]);
  });

  test("does not stay, whoever wants it, when it has arrived at a target that answers", async () => {
    const thread = await stuck("before it says so here");
    for (const force of [[], ["--force"]]) {
      const refused = await baton("handoff", thread.id, "--cancel", ...force);
      expect(refused).toMatchObject({ code: 2 });
      expect(refused.stderr).toContain("has arrived at team:");
    }
    await must("handoff", thread.id, "--to", "team:");
    thread.script.open("two");
    await endsThere(thread);
  });

  test("is taken back from a target that is gone by decision only, and a copy that comes to life is kept apart", async () => {
    const thread = await stuck("before it says so here");
    const gone = freeze(team, "temporal");
    try {
      const refused = await baton("handoff", thread.id, "--cancel");
      expect(refused).toMatchObject({ code: 2 });
      expect(refused.stderr).toContain("--cancel --force");
      await must("handoff", thread.id, "--cancel", "--force");
    } finally {
      gone.thaw();
    }
    await thread.script.reached("two");
    const refused = await baton("pull", at(thread), "--json");
    expect(refused.code).toBe(2);
    expect(refused.stdout + refused.stderr).toContain("was taken back");
    expect((await baton("handoff", thread.id, "--to", "team:")).stderr).toContain(
      "a copy of it runs there".replace("it", thread.id),
    );
    expect((await must("show", thread.id)).stdout).toContain(`baton stop ${at(thread)}`);
    await must("stop", at(thread), "--reason", "taken back");
    thread.script.open("two");
    const view = await thread.settled();
    expect(view).toMatchObject({ delivered: true, takenBack: { from: "team:" } });
    expect(view.epoch).toBeGreaterThan(1_000_000);
    expect(await thread.committedTurns()).toEqual([1, 2]);
  });
});

describe("a thread's name with a remote", () => {
  const commands = ["show", "logs", "diff", "attempts", "pause", "resume", "stop", "budget", "ui", "pull"].map((name) => [name]);

  test("that is not known, or does not answer, is refused within seconds by every command", async () => {
    await must("remote", "add", "gone", "--address", "127.0.0.1:1", "--hub", "127.0.0.1:1", "--no-check");
    const every = [...commands, ["steer", "mind the basket"], ["answer", "continue"], ["handoff", "--cancel"]];
    for (const [name = "", ...rest] of every) {
      const unknown = await baton(name, "nowhere:cart-7f3k", ...rest);
      expect(unknown, name).toMatchObject({ code: 2 });
      expect(unknown.stderr).toContain('no remote "nowhere"');
      const startedAt = performance.now();
      expect(await baton(name, "gone:cart-7f3k", ...rest), name).toMatchObject({ code: 4 });
      expect(performance.now() - startedAt).toBeLessThan(8_000);
    }
  });

  test("of no thread there is not found, and what to do next names the remote", async () => {
    for (const name of ["team:", "team:nothing-7f3k", "team:a:b"]) expect((await baton("stop", name)).code).toBe(2);
    const thread = await laptop.world.start({ plan: { turns: { 1: [["gate", "one"]] } } });
    await thread.script.reached("one");
    await must("handoff", thread.id, "--to", "team:", "--mode", "interrupt");
    expect((await baton("answer", at(thread), "continue")).stderr).toContain(`baton show ${at(thread)}`);
    expect((await baton("handoff", thread.id, "--to", "team:", "--force")).stderr).toContain("--cancel --force");
    await must("stop", at(thread));
    await endsThere(thread, "stopped");
  });
});
