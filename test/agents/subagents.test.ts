import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { taskOf } from "../support/fan-out.ts";
import { startModelServer, type ModelServer } from "../support/model-server.ts";
import { codexSandboxArgs } from "../support/real-agents.ts";
import { realClaude, realCodex } from "../support/real-workers.ts";

let world: BatonWorld;
let server: ModelServer;

beforeAll(async () => {
  server = await startModelServer();
  world = await createWorld();
}, 300_000);
afterAll(async () => {
  await world.close();
  await server.close();
});

const agents = [
  // Models that codex knows are offered a search for tools first, which a scripted one would have to play.
  { name: "codex", make: async () => ({ ...(await realCodex(server.url, await codexSandboxArgs())), model: "scripted" }) },
  { name: "claude", make: async () => realClaude(server.url) },
];

describe.each(agents)("the real $name", ({ make }) => {
  it("finds Baton's tools, has a subagent work and takes what it made", async () => {
    // Its subagent reads the same script, as background, and is offered no tools: it makes the part and is done.
    const task = { name: "part", goal: "Write the part", verify: ["test -f part.txt"] };
    const script = [
      { call: "spawn", input: { tasks: [task] }, otherwise: "echo part > part.txt" },
      { call: "wait", input: { seconds: 100 } },
      { call: "result", input: { task: "part" } },
      { sh: "git show $(git for-each-ref --format='%(refname)' refs/heads/baton/ | grep /part-):part.txt > taken.txt" },
      { say: "taken" },
    ];
    const goal = {
      goal: `The part is taken over @@turn 1: ${JSON.stringify(script)}@@`,
      agents: { worker: await make() },
      verify: ["grep -qx part taken.txt"],
      subagents: {},
    };
    const thread = await world.start({ plan: { turns: {} }, goal });
    const view = await thread.settled("achieved", 110_000);
    expect(view).toMatchObject({ turn: 1, subagents: { achieved: 1 } });
    expect((await taskOf(world, thread, "part")).status).toBe("achieved");
    expect(server.requests.some(({ tools }) => tools.includes("mcp__baton__spawn"))).toBe(true);
    expect(world.processesOf(thread.id)).toEqual([]);
  });
});
