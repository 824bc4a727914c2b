import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { startModelServer, type ModelServer } from "../support/model-server.ts";
import { codexSandboxArgs } from "../support/real-agents.ts";
import { realClaude, realCodex, requestKind, type GoalAgent } from "../support/real-workers.ts";

let world: BatonWorld;
let server: ModelServer;
const codex = async (): Promise<GoalAgent> => realCodex(server.url);
const claude = async (): Promise<GoalAgent> => realClaude(server.url);

beforeAll(async () => {
  server = await startModelServer();
  world = await createWorld();
}, 300_000);
afterAll(async () => {
  await world.close();
  await server.close();
});

/** Turn 1 fails the check, turn 2 recalls and passes it, the judge wants a third, which it accepts. */
const script = [
  '@@turn 1: [{"sh":"echo basket-$((40+2)) > notes.txt; cat notes.txt"},{"say":"all tests pass"}]@@',
  '@@turn 2: [{"sh":"touch done"},{"recall":"basket-42"}]@@',
  '@@turn 3: [{"sh":"echo changed >> notes.txt"},{"say":"as the judge wished"}]@@',
  '@@judge turn 2: [{"verdict":"not_yet","reason":"the notes are too short"}]@@',
  '@@judge turn 3: [{"verdict":"met","reason":"the notes are longer"}]@@',
].join("\n");

describe.each([
  {
    name: "codex, judged by claude",
    makeWorker: async () => realCodex(server.url, await codexSandboxArgs()),
    makeJudge: claude,
    tellsCost: false,
  },
  { name: "claude, judged by codex", makeWorker: claude, makeJudge: codex, tellsCost: true },
])("a goal with the real $name", ({ makeWorker, makeJudge, tellsCost }) => {
  it("is achieved through one session, and its usage is counted turn by turn", async () => {
    const worker = await makeWorker();
    const judge = await makeJudge();
    const goal = {
      goal: "The notes are complete",
      done: ["notes.txt has two lines"],
      background: script,
      agents: { worker, judge },
    };
    const thread = await world.start({ plan: { turns: {} }, goal });
    const view = await thread.settled("achieved", 110_000);

    expect(view.turns.map(({ turn, verdict }) => [turn, verdict])).toEqual([
      [1, undefined],
      [2, "not yet"],
      [3, "met"],
    ]);
    // The scripted model counts 1,050 tokens a call, and every turn is two calls.
    expect(view.turns.map(({ tokens }) => tokens)).toEqual([2100, 2100, 2100]);
    expect(view.turns.every(({ usd }) => (usd !== undefined) === tellsCost)).toBe(true);
    expect(await thread.committedTurns()).toEqual([1, 2, 3]);

    const said = (await world.must("logs", thread.id)).stdout;
    expect(said).toContain("recall basket-42: yes");
    expect(said.match(/\(resumed session\)/g)).toHaveLength(2);
    const second = server.requests.findLast(({ text, kind }) => kind === requestKind(worker) && /^Turn 2 of/m.test(text));
    expect(second?.text).toContain("Turn 1 of");
    expect(world.processesOf(thread.id)).toEqual([]);
  });
});
