import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { terminateThread } from "../support/end-thread.ts";
import { settledSubagents, taskOf, treeOf, whenTree } from "../support/fan-out.ts";
import { fileTask, planned, startPlanned } from "../support/subagents.ts";
import { until } from "../support/until.ts";
import { subagentsUpdate, threadWorkflowId } from "../../workflows/messages.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world.close();
});

const spawn = (...tasks: readonly unknown[]) => ({ tool: "spawn", input: { tasks } });
const merge = (name: string) => ({
  sh: `git merge --quiet --no-edit $(git for-each-ref --format='%(refname)' 'refs/heads/baton/${name}-*')`,
});

/** A thread whose agent leaves a file in `out/` to one subagent, `branch`, which works as told and may have subagents itself. */
function startNested(name: string, { below, makes, turns }: { below: string; makes: string; turns: number }) {
  const verify = [`test -f out/${makes}`];
  const takeBranch = [{ tool: "wait" }, { tool: "result", input: { task: "branch" } }, merge("branch")];
  return startPlanned(world, name, {
    plan: { 1: [spawn({ name: "branch", goal: below, verify }), ...takeBranch] },
    verify,
    subagents: { depth: 2 },
    keys: { budget: { turns } },
  });
}

describe.concurrent("an agent that may have subagents", () => {
  test("starts them, waits for them, takes their work and merges it", async () => {
    const thread = await startPlanned(world, "merges", {
      plan: {
        1: [
          spawn(fileTask("red"), fileTask("blue")),
          spawn(fileTask("red")),
          { tool: "wait" },
          { tool: "list" },
          { tool: "result", input: { task: "red", diff: true } },
          { tool: "result", input: { task: "blue" } },
          { sh: "git show baton/red-*:out/red 2>/dev/null || git log --all --oneline" },
          merge("red"),
          merge("blue"),
        ],
      },
      verify: ["test -f out/red && test -f out/blue"],
    });
    const view = await thread.settled();
    expect(view).toMatchObject({ turn: 1, spent: { turns: 3 }, subagents: { achieved: 2, failed: 0 } });
    expect(await thread.repository.git("ls-tree", "--name-only", thread.branch, "out/")).toBe("out/blue\nout/red");
    const [first] = thread.log();
    expect(first?.tools?.map(({ name }) => name)).toEqual(["spawn", "list", "wait", "result", "ask"]);
    expect(first?.prompt).toContain("### Subagents");
    const [two, again] = thread.answers("spawn") as { subagents: { id: string; name: string }[] }[];
    expect(again?.subagents.map(({ id }) => id)).toEqual(two?.subagents.slice(0, 1).map(({ id }) => id));
    expect(thread.answers("wait")[0]).toMatchObject({ done: true, subagents: [{ status: "achieved" }, { status: "achieved" }] });
    const [red] = thread.answers("result");
    expect(red).toMatchObject({ name: "red", status: "achieved", files: [{ path: "out/red", added: 1, removed: 0 }] });
    expect(red?.["diff"]).toContain("+red");
    const { tasks, counts } = await treeOf(world, thread);
    expect(counts).toMatchObject({ achieved: 2 });
    for (const { thread: subagent, tries } of tasks) {
      expect(tries).toBe(1);
      expect((await world.view(subagent ?? "")).tree).toMatchObject({ root: thread.id, parent: thread.id });
    }
    expect((await world.must("tree", thread.id)).stdout).toContain("2 of 2 achieved");
    // A subagent at the deepest level is given no tools.
    expect(
      thread
        .log()
        .filter((line) => line.thread !== thread.id && line.prompt)
        .map(({ tools }) => tools),
    ).toEqual([null, null]);
  });

  test("that ends its turn is told in the next one what became of them, and only when all have come back", async () => {
    const gate = join(world.root, "open-slow");
    const slow = fileTask("slow", [{ sh: `until [ -f ${gate} ]; do sleep 0.1; done` }]);
    const broken = { name: "broken", goal: planned({ 1: [{ sh: "touch tried" }] }), verify: ["false"] };
    const thread = await startPlanned(world, "later", {
      plan: { 1: [spawn(slow, broken)], 2: [{ tool: "result", input: { task: "slow" } }, merge("slow")] },
      verify: ["test -f out/slow"],
    });
    await whenTree(world, thread, { why: "one has failed", holds: ({ counts }) => counts.failed === 1 });
    const waiting = await thread.when(
      "it waits without a place",
      ({ doing, host }) => doing.includes("subagents") && host === null,
    );
    expect(waiting.turn).toBe(1);
    writeFileSync(gate, "");
    await thread.settled();
    const prompt = thread.log().find(({ turn, prompt: text, thread: id }) => id === thread.id && turn === "2" && text)?.prompt;
    expect(prompt).toMatch(
      /## Your subagents[\s\S]*slow \([0-9a-f]{8}, slow-[0-9a-f]{8}\): achieved; its work is commit [0-9a-f]{40}/,
    );
    expect(prompt).toMatch(/broken \(.*\): failed, /);
  });

  test("is refused more than the goal allows, and what nothing could measure", async () => {
    const thread = await startPlanned(world, "refused", {
      plan: {
        1: [
          spawn(fileTask("a"), fileTask("b"), fileTask("c")),
          spawn({ name: "vague", goal: "Make it nice" }),
          spawn({ name: "", goal: "x" }),
          spawn(fileTask("a"), fileTask("b")),
          spawn(fileTask("c")),
          { tool: "result", input: { task: "nobody" } },
          { tool: "wait" },
        ],
      },
      subagents: { most: 2 },
    });
    await thread.settled();
    const refused = thread.answers("spawn").map((answer) => answer["refused"]);
    expect(refused).toEqual([
      "the goal allows 2 subagents in all; 0 were asked for before",
      expect.stringContaining("give verify"),
      expect.stringContaining("name"),
      undefined,
      "the goal allows 2 subagents in all; 2 were asked for before",
    ]);
    expect(thread.answers("result")[0]?.["refused"]).toMatch(/^there is no subagent nobody. there are [0-9a-f]{8} \(a\)/);
    expect((await treeOf(world, thread)).tasks).toHaveLength(2);
  });

  test("may let its subagents have subagents, to the depth that the goal names", async () => {
    const below = planned({
      1: [spawn(fileTask("leaf")), { tool: "wait" }, { tool: "result", input: { task: "leaf" } }, merge("leaf")],
    });
    const thread = await startNested("deep", { below, makes: "leaf", turns: 5 });
    const view = await thread.settled();
    expect(view.spent.turns).toBe(3);
    const branch = await taskOf(world, thread, "branch");
    const leaf = await taskOf(world, { id: branch.thread ?? "" }, "leaf");
    expect((await world.view(leaf.thread ?? "")).tree).toMatchObject({ root: thread.id, parent: branch.thread });
    const told = thread.log().filter(({ prompt }) => prompt !== undefined);
    expect(told.map(({ tools }) => tools?.length ?? 0)).toEqual([5, 5, 0]);
  });

  test("has the budget back of a subagent's subagent that was ended by hand", async () => {
    const endless = fileTask("endless", [{ sh: "sleep 600" }]);
    const below = planned({ 1: [spawn(endless), { tool: "wait" }], 2: [{ sh: "mkdir -p out && touch out/branch" }] });
    const thread = await startNested("lost-leaf", { below, makes: "branch", turns: 3 });
    const atWork = () => new Set(thread.log().map((line) => line.thread)).size;
    await until(() => atWork() === 3, { why: "the subagent's subagent has its turn", withinMs: 60_000 });
    const branch = await taskOf(world, thread, "branch");
    const { thread: leaf } = await taskOf(world, { id: branch.thread ?? "" }, "endless");
    await terminateThread(world, leaf ?? "");
    expect((await thread.settled()).spent.turns).toBe(3);
    expect((await world.view(branch.thread ?? "")).turn).toBe(2);
  });

  test("shares its budget with them: the tree is parked with one question", async () => {
    const names = ["w", "x", "y", "z"];
    const thread = await startPlanned(world, "budget", {
      plan: { 1: [spawn(...names.map((name) => fileTask(name))), { tool: "wait", input: { seconds: 6 } }] },
      verify: ["test -f never"],
      keys: { budget: { turns: 3 } },
    });
    const view = await thread.asks();
    expect(view.questions.map(({ kind }) => kind)).toEqual(["budget"]);
    expect(view.spent.turns).toBe(3);
    expect(view.subagents).toMatchObject({ achieved: 2, running: 2 });
    await world.must("stop", thread.id);
    await thread.settled("stopped");
    await until(async () => (await settledSubagents(world, thread.id, "stopped")).length === 2, {
      why: "the others are stopped",
    });
  });

  test("asks a person in the middle of its turn and goes on with the answer", async () => {
    const thread = await startPlanned(world, "asks", {
      plan: {
        1: [
          spawn(fileTask("meanwhile")),
          { tool: "ask", input: { question: "Blue or red?", seconds: 60 } },
          { tool: "ask", input: { question: "And the size?" } },
        ],
      },
    });
    const view = await thread.asks();
    expect(view.questions[0]).toMatchObject({ kind: "worker", text: "Blue or red?" });
    await whenTree(world, thread, { why: "a subagent works meanwhile", holds: ({ counts }) => counts.achieved === 1 });
    await world.must("answer", thread.id, "continue", "--text", "blue");
    await thread.when("its second question is open", ({ questions }) => questions[0]?.text === "And the size?");
    await world.must("answer", thread.id, "continue", "--text", "small");
    await thread.settled();
    expect(thread.answers("ask")).toEqual([
      { answered: true, answer: "blue" },
      { answered: false, note: expect.stringContaining("next prompt") as string },
    ]);
  });

  test("cannot speak for its thread under an epoch that is over, nor when no turn runs", async () => {
    const gate = join(world.root, "open-fence");
    const thread = await startPlanned(world, "fence", { plan: { 1: [{ sh: `until [ -f ${gate} ]; do sleep 0.1; done` }] } });
    await until(() => thread.log().length > 0, { why: "its turn runs" });
    const handle = (await world.client()).workflow.getHandle(threadWorkflowId(thread.id));
    const { epoch } = await thread.view();
    const request = (of: number) =>
      handle.executeUpdate(subagentsUpdate, { args: [{ epoch: of, ask: { kind: "question", key: "k", text: "?" } }] });
    await expect(request(epoch - 1)).rejects.toMatchObject({ cause: { type: "StaleEpoch" } });
    await expect(request(epoch + 1)).rejects.toMatchObject({ cause: { type: "StaleEpoch" } });
    writeFileSync(gate, "");
    expect((await thread.settled()).subagents).toBeUndefined();
    await expect(request(epoch)).rejects.toThrow();
  });

  test("whose goal is met meanwhile has those that still run stopped", async () => {
    const endless = fileTask("endless", [{ sh: "sleep 600" }]);
    const thread = await startPlanned(world, "settles", {
      plan: { 1: [spawn(endless), { sh: "touch met" }] },
      verify: ["test -f met"],
    });
    await thread.settled();
    const { thread: subagent } = await taskOf(world, thread, "endless");
    if (subagent !== null) await until(async () => (await world.view(subagent)).status === "stopped", { why: "it is stopped" });
  });
});

test("an agent without the key is given no tools", async () => {
  const { subagents: _none, ...keys } = { subagents: {} };
  const thread = await world.start({
    plan: { turns: { 1: [["sh", 'test -z "$BATON_MCP$BATON_AGENT_SOCKET" && touch done']] } },
    goal: keys,
  });
  await thread.settled();
});

test("the host killed in the middle of a turn: the attempt tried again finds its subagents, none is started twice", async () => {
  const gate = join(world.root, "open-killed");
  const task = (name: string) => fileTask(name, [{ sh: `until [ -f ${gate} ]; do sleep 0.1; done` }]);
  const results = ["p", "q"].flatMap((name) => [{ tool: "result", input: { task: name } }, merge(name)]);
  const thread = await startPlanned(world, "killed", {
    plan: {
      "1.1": [spawn(task("p"), task("q")), { sh: "sleep 600" }],
      1: [spawn(task("p"), task("q")), { tool: "wait" }, ...results],
    },
    verify: ["test -f out/p && test -f out/q"],
  });
  const running = await whenTree(world, thread, {
    why: "both work",
    holds: () => thread.log().filter((line) => line.thread !== thread.id).length >= 2,
  });
  await world.kill9("host");
  await world.must("up");
  writeFileSync(gate, "");
  const view = await thread.settled();
  expect(view.epoch).toBeGreaterThan(1);
  const { tasks } = await treeOf(world, thread);
  expect(tasks.map((each) => each.thread)).toEqual(running.tasks.map((each) => each.thread));
  expect(tasks.map(({ tries }) => tries)).toEqual([1, 1]);
  expect(existsSync(gate)).toBe(true);
});

test("on a host with one place, an agent that waits lends it to its subagents", async () => {
  const host = await world.host("narrow", { places: 1, labels: ["narrow"] });
  const thread = await startPlanned(world, "narrow", {
    plan: { 1: [spawn(fileTask("one"), fileTask("two")), { tool: "wait" }] },
    keys: { host: { labels: ["narrow"] } },
  });
  await thread.settled();
  expect(thread.answers("wait")[0]).toMatchObject({ done: true, subagents: [{ status: "achieved" }, { status: "achieved" }] });
  await host.stop();
});
