import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import type { Action } from "../support/script.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld({ BATON_TURNS_PER_RUN: "2" });
});

afterAll(async () => {
  await world.close();
});

const tried: Action = ["append", ["tried.txt", "once more\n"]];

test("a thread that continues as new keeps everything a person sees", async () => {
  const thread = await world.start({
    plan: {
      turns: {
        1: [tried, ["remember", "seven"], ["usage", { input_tokens: 10 }]],
        2: [tried, ["usage", { input_tokens: 10 }]],
        3: [tried, ["gate", "hold"], ["usage", { input_tokens: 10 }]],
        4: [tried, ["usage", { input_tokens: 10 }]],
        5: [
          ["recall", "done"],
          ["usage", { input_tokens: 10 }],
        ],
      },
    },
    goal: { background: "Seven is the number.", budget: { turns: 5 }, on_failure: { same_failure: 50, no_progress: 50 } },
  });
  await thread.script.reached("hold");
  const before = await thread.view();
  await world.must("steer", thread.id, "almost there");
  await world.must("budget", thread.id, "--turns", "+2");
  thread.script.open("hold");
  const view = await thread.settled();

  expect(before).toMatchObject({ turn: 3, epoch: 1, turns: [{ turn: 1 }, { turn: 2 }] });
  const { id, goal, repository, base, branch, owner, openedAt, epoch, host } = before;
  expect(view).toMatchObject({ id, goal, repository, base, branch, owner, openedAt, epoch, turn: 5, budget: { turns: 7 } });
  expect(host).not.toBeNull();
  expect(view.turns.map(({ turn, attempt, tokens }) => [turn, attempt, tokens])).toEqual(
    [1, 2, 3, 4, 5].map((turn) => [turn, 1, 10]),
  );
  expect(view.spent).toMatchObject({ turns: 5, tokens: 50 });
  expect(thread.script.prompt(4)).toContain("almost there");
  expect(await thread.repository.file(thread.branch, "done")).toBe("seven");
  expect(await thread.committedTurns()).toEqual([1, 2, 3, 4, 5]);
  expect((await world.must("logs", thread.id)).stdout).toMatch(/turn 1 started[\s\S]*turn 3 started[\s\S]*turn 5 started/);
});

test("what lists and pages show of a thread survives continue-as-new", async () => {
  const thread = await world.start({
    plan: { turns: { 1: [tried], 2: [tried], 3: [["write", ["done", ""]]] } },
    goal: { on_failure: { same_failure: 50, no_progress: 50 } },
  });
  const { goal } = await thread.settled();
  const client = await world.client();
  // A settled thread has a place to give back before its Workflow completes.
  const handle = client.workflow.getHandle(`thread/${thread.id}`);
  await handle.result();
  const runs = [];
  for await (const run of client.workflow.list({ query: `WorkflowId = 'thread/${thread.id}'` })) {
    runs.push(await client.workflow.getHandle(run.workflowId, run.runId).describe());
  }
  runs.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  const [first, last] = runs;
  expect(runs.map(({ status }) => status.name)).toEqual(["CONTINUED_AS_NEW", "COMPLETED"]);
  expect(last?.memo).toEqual(first?.memo);
  // Temporal drops the static summary of a run that continued as new; the current details tell the goal instead.
  expect(await first?.staticSummary()).toBe(goal);
  const metadata = await handle.query<{ currentDetails?: string }>("__temporal_workflow_metadata");
  expect(metadata.currentDetails).toContain(goal);
  expect(last?.searchAttributes).toMatchObject({ BatonStatus: ["achieved"], BatonTurn: [3], BatonAgent: ["command"] });
  const [listed] = JSON.parse((await world.must("ls", "--json")).stdout) as { id: string }[];
  expect(listed).toMatchObject({ id: thread.id, status: "achieved", turn: 3 });
});
