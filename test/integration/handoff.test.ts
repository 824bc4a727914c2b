import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { done, type Action, type Plan, type Script } from "../support/script.ts";
import type { WorldHost } from "../support/world-host.ts";

let world: BatonWorld;
let big: WorldHost;
let laptop: string;

beforeAll(async () => {
  world = await createWorld({ BATON_KEEP_PLACE_MS: "300000" });
  big = await world.host("big-1", { labels: ["linux"], places: 8 });
  laptop = world.files.readReady("host")?.id ?? "";
});
afterAll(async () => {
  await world.close();
});

const here = async (plan: Plan, goal = {}) =>
  world.start({ plan, goal: (script) => ({ agents: script.agents, ...goal }) }, { args: ["--on", laptop] });

describe.concurrent("a handoff", () => {
  test("moves a thread between turns: work, untracked files, session, budget and steering come along", async () => {
    const thread = await here({
      turns: {
        1: [
          ["write", ["notes/a b.txt", "from the laptop\n"]],
          ["remember", "basket 42"],
          ["usage", { input_tokens: 100 }],
          ["gate", "hold"],
        ],
        2: [["recall", "recalled.txt"], ["usage", { input_tokens: 7 }], done],
      },
    });
    await thread.script.reached("hold");
    await world.must("steer", thread.id, "mind the basket");
    await world.must("handoff", thread.id, "--to", "big-1", "--detach");
    await thread.when("the target is ready", (view) => view.handoff?.phase === "ready");
    expect((await thread.view()).status).toBe("moving");
    thread.script.open("hold");
    const view = await thread.settled();

    expect(view).toMatchObject({ turn: 2, epoch: 2, delivered: true, moved: { from: laptop, to: "big-1", ok: true } });
    expect(view.moved?.darkMs).toBeLessThan(30_000);
    expect(view.spent.tokens).toBe(107);
    expect(thread.script.prompt(2)).toContain("mind the basket");
    expect(await thread.repository.file(thread.branch, "recalled.txt")).toBe("basket 42");
    expect(await thread.repository.file(thread.branch, "notes/a b.txt")).toBe("from the laptop");
    expect(await thread.committedTurns()).toEqual([1, 2]);
    // The target claims the thread right after the turn, and refuses lines of the source from then on.
    expect((await world.must("logs", thread.id, "--turn", "1")).stdout).toContain("turn 1 ended");
  });

  test("interrupts the turn where that is asked for, and keeps its partial work", async () => {
    const thread = await here({
      turns: {
        1.1: [
          ["write", ["half.txt", "half\n"]],
          ["flee", 300],
          ["gate", "never"],
        ],
        1.2: [done],
      },
    });
    await thread.script.reached("never");
    const moved = await world.must("handoff", thread.id, "--to", "linux", "--mode", "interrupt");
    expect(moved.stdout).toContain("is on big-1");
    const view = await thread.settled();
    expect(view.turns.map(({ turn, attempt }) => `${turn}.${attempt}`)).toEqual(["1.1", "1.2"]);
    expect(await thread.repository.file(thread.branch, "half.txt")).toBe("half");
    expect(world.processesOf(thread.id)).toEqual([]);
  });

  test("goes there and back again over the stale copies of the first visit", async () => {
    const step = (n: number): readonly Action[] => [
      ["append", ["log.txt", `turn ${n}\n`]],
      ["remember", `turn ${n}`],
      ["gate", `hold-${n}`],
    ];
    const large: Action = ["sh", "head -c 3000000 /dev/urandom > large.bin"];
    const thread = await here({
      turns: { 1: [large, ...step(1)], 2: [["recall", "second.txt"], ...step(2)], 3: [["recall", "third.txt"], done] },
    });
    await thread.script.reached("hold-1");
    await world.must("handoff", thread.id, "--to", "big-1", "--detach");
    await thread.when("ready", (view) => view.handoff?.phase === "ready");
    thread.script.open("hold-1");
    await thread.script.reached("hold-2");
    expect((await thread.view()).host).toBe("big-1");
    const pulled = world.must("pull", thread.id);
    await thread.when("ready to come back", (view) => view.handoff?.phase === "ready");
    thread.script.open("hold-2");
    expect((await pulled).stdout).toContain(laptop);
    const view = await thread.settled();
    expect(view).toMatchObject({ turn: 3, epoch: 3 });
    expect(view.moved!.copiedBytes + view.moved!.deltaBytes).toBeLessThan(100_000);
    expect(await thread.repository.file(thread.branch, "log.txt")).toBe("turn 1\nturn 2");
    expect(await thread.repository.file(thread.branch, "third.txt")).toBe("turn 2");
    expect(await thread.committedTurns()).toEqual([1, 2, 3]);
  });

  test("takes open questions along", async () => {
    const goal = { budget: { turns: 1 } };
    const thread = await here({ turns: { 1: [["write", ["one.txt", "1\n"]]], 2: [done] } }, goal);
    await thread.asks();
    await world.must("handoff", thread.id, "--to", "big-1");
    const moved = await thread.view();
    expect(moved).toMatchObject({ status: "waiting", host: "big-1", questions: [{ kind: "budget" }] });
    expect(moved.placement).toEqual({ labels: [], host: "big-1", otherwise: [], preferred: true });
    await world.must("answer", thread.id, "continue", "--turns", "+1");
    await thread.settled();
  });

  test("stays where it is when the target is not fit for it", async () => {
    const goal = { setup: 'case "$BATON_HOST" in big-1) echo no compiler here >&2; exit 3;; esac' };
    const thread = await here({ turns: { 1: [["gate", "hold"], done] } }, goal);
    await thread.script.reached("hold");
    const refused = await world.baton(["handoff", thread.id, "--to", "big-1"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("no compiler here");
    thread.script.open("hold");
    expect(await thread.settled()).toMatchObject({ epoch: 1, moved: { ok: false } });
  });

  test("ends with its thread, and whoever follows it is told", async () => {
    const goal = (script: Script) => ({ agents: script.agents, verify: [script.gateCommand("checks")] });
    const thread = await world.start({ plan: { turns: { 1: [done] } }, goal }, { args: ["--on", laptop] });
    await thread.script.reached("checks");
    const followed = world.baton(["handoff", thread.id, "--to", "big-1"]);
    await thread.when("the target is ready", (view) => view.handoff?.phase === "ready");
    thread.script.open("checks");
    expect(await thread.settled()).toMatchObject({ epoch: 1, handoff: null, moved: { ok: false, note: "the thread ended" } });
    expect(await followed).toMatchObject({ code: 2, stderr: expect.stringContaining("did not move to big-1: the thread ended") });
  });

  test("is called off by a stop while the target still gets ready", async () => {
    const setup = (script: Script) => `case "$BATON_HOST" in big-1) ${script.gateCommand("setup")};; esac`;
    const goal = (script: Script) => ({ agents: script.agents, setup: setup(script) });
    const thread = await world.start({ plan: { turns: { 1: [["gate", "hold"], done] } }, goal }, { args: ["--on", laptop] });
    await thread.script.reached("hold");
    const followed = world.baton(["handoff", thread.id, "--to", "big-1"]);
    await thread.script.reached("setup");
    await world.must("stop", thread.id);
    expect((await followed).code).toBe(2);
    expect(await thread.settled("stopped")).toMatchObject({ handoff: null, moved: { ok: false } });
    thread.script.open("setup");
  });

  test("is refused clearly where it cannot begin", async () => {
    const thread = await here({ turns: { 1: [["gate", "hold"], done] } });
    await thread.script.reached("hold");
    const refusal = async (...args: string[]) => {
      const { code, stderr } = await world.baton(["handoff", thread.id, ...args]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refusal("--to", "big-2")).toContain("no host has the id, name or label big-2");
    expect(await refusal("--to", laptop)).toContain("already");
    await world.must("handoff", thread.id, "--to", "big-1", "--detach");
    expect(await refusal("--to", "big-1")).toMatch(/already/);
    thread.script.open("hold");
    await thread.settled();
    expect(await refusal("--to", "big-1")).toContain("achieved");
  });
});

test("a thread finishes elsewhere when its home dies, and its branch is pulled back", async () => {
  const thread = await here({
    turns: {
      1: [
        ["write", ["one.txt", "1\n"]],
        ["gate", "hold"],
      ],
      2: [["gate", "last"], done],
    },
  });
  await thread.script.reached("hold");
  await world.must("handoff", thread.id, "--to", "big-1", "--detach");
  await thread.when("ready", (view) => view.handoff?.phase === "ready");
  thread.script.open("hold");
  await thread.script.reached("last");
  await world.kill9("supervisor");
  await world.kill9("host");
  thread.script.open("last");
  const view = await thread.settled("achieved", 90_000);
  expect(view).toMatchObject({ delivered: false, turn: 2 });
  expect(view.reason).toContain(`baton pull ${thread.id}`);

  await world.must("up");
  const pulled = await world.baton(["pull", thread.id], { cwd: thread.repository.path });
  expect(pulled).toMatchObject({ code: 0 });
  expect(await thread.repository.file(thread.branch, "one.txt")).toBe("1");
  expect(big.log().join("\n")).not.toContain('"level":"fatal"');
});
