import { afterAll, beforeAll, expect, test } from "vitest";
import type { ThreadView } from "../../domain/thread-view.ts";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { treeOf } from "../support/fan-out.ts";
import { withoutScripts, type Step } from "../support/model-server-script.ts";
import { startModelServer, type ModelRequest, type ModelServer } from "../support/model-server.ts";
import { codexSandboxArgs } from "../support/real-agents.ts";
import { realClaude, realCodex, requestKind, type GoalAgent } from "../support/real-workers.ts";
import type { TestThread } from "../support/test-thread.ts";

let world: BatonWorld;
let server: ModelServer;
let codex: GoalAgent;
let claude: GoalAgent;

beforeAll(async () => {
  server = await startModelServer();
  world = await createWorld();
  [codex, claude] = await Promise.all([realCodex(server.url, await codexSandboxArgs()), realClaude(server.url)]);
}, 300_000);
afterAll(async () => {
  await world.close();
  await server.close();
});

/** Real agents take seconds to start, several at once on a busy machine many more. */
const longMs = 400_000;

/** Usage of one call of the scripted model. */
const callTokens = 1050;
const outputTokens = 50;

const noPlan = { turns: {} };
const block = (label: string, steps: readonly Step[]) => `@@${label}: ${JSON.stringify(steps)}@@`;

/** One file for each module, with a bug in it. */
const filesOf = (modules: readonly string[]) => Object.fromEntries(modules.map((name) => [`src/${name}.txt`, "broken\n"]));
const mended = 'grep -qx mended "src/${task.name}.txt"';
const nothingBroken = "! grep -r broken src";

interface Tree {
  readonly view: ThreadView;
  readonly subagents: ReadonlyMap<string, ThreadView>;
  /** Calls of the model since the thread was started, by all agents of its tree. */
  readonly calls: readonly ModelRequest[];
}

/** Runs a goal to its end and looks at all that it left. */
async function play(modules: readonly string[], goal: Readonly<Record<string, unknown>>): Promise<Tree & { thread: TestThread }> {
  const before = server.requests.length;
  const thread = await world.start({ plan: noPlan, files: filesOf(modules), goal });
  const view = await thread.settled("achieved", longMs);
  const { tasks } = await treeOf(world, thread);
  const ids = tasks.map(({ name, thread: id }) => [name, id ?? ""] as const);
  const subagents = new Map(await Promise.all(ids.map(async ([name, id]) => [name, await world.view(id)] as const)));
  return { thread, view, subagents, calls: server.requests.slice(before) };
}

/** What an agent was told and said, without the scripts that name it in advance. */
const said = (calls: readonly ModelRequest[], kind: string, ...parts: readonly string[]): readonly string[] =>
  calls
    .filter((call) => call.kind === kind && parts.every((part) => call.text.includes(part)))
    .map(({ text }) => withoutScripts(text));

const modules = ["cart", "coupon", "invoice", "mail", "order", "price", "stock", "tax"];
const objectedTo = ["coupon", "order", "tax"];
const findingOf = (name: string) => `src/${name}.txt:1: ${name} rounds twice`;

/** Each codex mends its file; where claude objects, it does the rest in the same session. */
function scriptOf(name: string): string {
  const path = `src/${name}.txt`;
  const bug = { text: `${name} rounds twice`, file: path, line: 1, blocking: true };
  const remark = { text: "a shorter name", file: null, line: null, blocking: false };
  const approves: Step = { json: { approve: true, findings: [] } };
  const objects: Step = { json: { approve: false, findings: [bug, remark] } };
  return [
    block("turn 1", [{ sh: `echo mended > ${path}; echo basket-$((40+2))-$BATON_TASK_NAME` }, { say: "all is well" }]),
    block("turn 2", [{ sh: `echo rounded once >> ${path}` }, { recall: `basket-42-${name}` }]),
    block("review turn 1", [objectedTo.includes(name) ? objects : approves]),
    block("review turn 2", [approves]),
  ].join("\n");
}

test("eight subagents of the real codex, reviewed by the real claude, are merged and delivered", async () => {
  const { thread, view, subagents, calls } = await play(modules, {
    agents: { worker: codex },
    verify: [nothingBroken, "test $(grep -rlx mended src | wc -l) -eq 8"],
    budget: { tokens: 500_000, turns: 40 },
    fan_out: {
      tasks: modules.map((name) => ({ name, script: scriptOf(name) })),
      parallel: 3,
      template: {
        goal: "Mend ${task.name}",
        background: "${task.script}",
        scope: { allow: ["src/${task.name}.txt"] },
        verify: [mended],
        review: { ...claude, instructions: "Look at rounding of ${task.name}", rounds: 2 },
      },
    },
  });

  const turns = modules.length + objectedTo.length;
  expect(view).toMatchObject({ delivered: true, turn: 0, subagents: { merged: 8, failed: 0 }, spent: { turns } });
  expect(view.checks.map(({ status }) => status)).toEqual(["passed", "passed"]);
  for (const name of modules) {
    const file = await thread.repository.file(thread.branch, `src/${name}.txt`);
    expect(file).toBe(objectedTo.includes(name) ? "mended\nrounded once" : "mended");
    await expectReviewed({ name, subagent: subagents.get(name)!, calls });
  }

  // Every call of codex and claude is counted once, and nothing besides.
  expect(view.spent.tokens).toBe(calls.length * callTokens);
  expect(calls.map(({ kind }) => kind).filter((kind) => kind === requestKind(codex))).toHaveLength(turns * 2);
  const own = [...subagents.values()].reduce((sum, { spent }) => sum + spent.tokens, 0);
  expect(own).toBe(view.spent.tokens);
  expect((await world.must("tree", thread.id)).stdout).toContain("8 of 8 merged");
  expect([...subagents.values()].flatMap(({ id }) => world.processesOf(id))).toEqual([]);
}, 480_000);

interface Reviewed {
  readonly name: string;
  readonly subagent: ThreadView;
  readonly calls: readonly ModelRequest[];
}

/** The subagent's review was the real claude's, and what it found reached codex in the session that had done the work. */
async function expectReviewed({ name, subagent, calls }: Reviewed): Promise<void> {
  const wrong = objectedTo.includes(name);
  const reviews = subagent.turns.map(({ review }) => review?.split(" ")[0]);
  expect([name, ...reviews]).toEqual(wrong ? [name, "objected", "approved"] : [name, "approved"]);
  expect(subagent.review).toMatchObject({ outcome: "approved", round: wrong ? 1 : 0 });

  const instructions = `Look at rounding of ${name}`;
  expect(said(calls, requestKind(claude), instructions, "Review turn 1").length).toBeGreaterThanOrEqual(1);
  const again = said(calls, requestKind(claude), instructions, "Review turn 2");
  const first = said(calls, requestKind(codex), `Turn 1 of thread ${subagent.id}`)[0];
  expect(first).not.toContain(findingOf(name));
  const second = said(calls, requestKind(codex), `Turn 2 of thread ${subagent.id}`);
  expect([again.length > 0, second.length]).toEqual(wrong ? [true, 2] : [false, 0]);
  if (!wrong) return;
  expect(again[0]).toContain(`${findingOf(name)} (blocking; file changed since)`);
  // One conversation: what turn 1 printed, and then the finding as the input of turn 2.
  expect(second[0]).toMatch(new RegExp(`Turn 1 of thread[^]*basket-42-${name}[^]*Turn 2 of thread[^]*${findingOf(name)}`));
  const logs = (await world.must("logs", subagent.id)).stdout;
  expect(logs).toContain(`recall basket-42-${name}: yes`);
  expect(logs.match(/\(resumed session\)/g)).toHaveLength(1);
}

test.each([
  { winner: "codex", loser: "claude" },
  { winner: "claude", loser: "codex" },
])(
  "of the real codex and claude racing for one task, $winner is merged and $loser is stopped",
  async ({ winner }) => {
    const attempt = { sh: `test $RACER = ${winner} || sleep 300; echo mended > src/race.txt; echo $RACER > winner.txt` };
    // Codex is told after 30 s that its command still runs.
    const script = [attempt, attempt, attempt, attempt, { say: "mended" }];
    const racer = (agent: GoalAgent) => ({ ...agent, env: [...(agent["env"] as string[]), `RACER=${String(agent["use"])}`] });
    const { thread, view, subagents, calls } = await play(["race"], {
      agents: { worker: codex },
      verify: [nothingBroken],
      budget: { tokens: 100_000 },
      fan_out: {
        tasks: [{ name: "race", winner }],
        race: [racer(codex), racer(claude)],
        template: { goal: "Mend ${task.name} for ${task.winner}", background: block("turn 1", script), verify: [mended] },
      },
    });

    expect(view).toMatchObject({ delivered: true, subagents: { merged: 1 } });
    expect(await thread.repository.file(thread.branch, "winner.txt")).toBe(winner);
    const [task] = (await treeOf(world, thread)).tasks;
    const racers = await Promise.all((task?.racers ?? []).map((id) => world.view(id)));
    expect(racers.map(({ agent, status }) => `${agent.split(" ")[0]} ${status}`).toSorted()).toEqual(
      ["codex", "claude"].map((use) => `${use} ${use === winner ? "achieved" : "stopped"}`).toSorted(),
    );
    expect(subagents.get("race")).toMatchObject({ status: "achieved" });
    // What the loser had used when it was stopped is counted as well; of an answer that claude was at, what it had read.
    expect(view.spent.tokens).toBe(racers.reduce((sum, { spent }) => sum + spent.tokens, 0));
    expect(view.spent.tokens).toBeLessThanOrEqual(calls.length * callTokens);
    expect(view.spent.tokens).toBeGreaterThan(calls.length * callTokens - (winner === "codex" ? outputTokens : 1));
    expect(racers.flatMap(({ id }) => world.processesOf(id))).toEqual([]);
  },
  240_000,
);

test.each(["codex", "claude"])(
  "the real %s plans the tasks of a fan-out, which the other one does",
  async (name) => {
    const [planner, worker] = name === "codex" ? [codex, claude] : [claude, codex];
    const planned = ["one", "two", "three"].map((module) => `${name}-${module}`);
    const answer = { tasks: planned.map((module) => ({ name: module, word: "mended" })) };
    const { thread, view, subagents, calls } = await play(planned, {
      agents: { worker, planner },
      verify: [nothingBroken],
      budget: { tokens: 100_000 },
      fan_out: {
        planner: { instructions: `One task for each file of src @@${JSON.stringify([{ json: answer }])}@@` },
        parallel: 3,
        template: {
          goal: "Mend ${task.name}",
          background: block("turn 1", [{ sh: "echo ${task.word} > src/${task.name}.txt" }, { say: "mended" }]),
          verify: [mended],
        },
      },
    });

    expect(view).toMatchObject({ delivered: true, subagents: { merged: 3 }, spent: { turns: 3 } });
    expect([...subagents.keys()].toSorted()).toEqual(planned.toSorted());
    for (const module of planned) expect(await thread.repository.file(thread.branch, `src/${module}.txt`)).toBe("mended");
    expect(said(calls, requestKind(planner), "Split the goal below into tasks").length).toBeGreaterThanOrEqual(1);
    expect(view.spent.tokens).toBe(calls.length * callTokens);
  },
  240_000,
);
