import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plannedTasks } from "../../activities/tasks/planned-tasks.ts";
import type { Planner } from "../../domain/fan-out/fan-out.ts";
import type { Goal } from "../../domain/goal.ts";
import { startModelServer, type ModelServer } from "../support/model-server.ts";
import type { Step } from "../support/model-server-script.ts";
import { claudeEnvironmentFor, codexWithModel } from "../support/real-agent-settings.ts";
import { realAgent } from "../support/real-agents.ts";

let server: ModelServer;
let root: string;

beforeAll(async () => {
  server = await startModelServer();
  root = await mkdtemp(join(tmpdir(), "baton-planner-"));
  await writeFile(join(root, "cart.ts"), "export {};\n");
  await Promise.all([realAgent("claude"), realAgent("codex")]);
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

const limits = { timeoutMs: 60_000, env: [] };

const planners: readonly (readonly [string, () => Promise<Planner>])[] = [
  ["claude", async () => ({ use: "claude", bin: await realAgent("claude"), args: [], ...limits })],
  ["codex", async () => ({ use: "codex", bin: await realAgent("codex"), ...codexWithModel(server.url), ...limits })],
];

function plan(planner: Planner, script: readonly Step[]) {
  const contract = { scope: { allow: [], protect: [] }, done: [], verify: [], risk: [] };
  const agents = { judge: { use: "none" }, worker: { use: "command", args: [], env: [] } };
  const goal = { ...contract, goal: "Mend it all", agents } as unknown as Goal;
  return plannedTasks({
    planner,
    goal,
    template: { ...goal, goal: "Mend ${task.path}" },
    instructions: `@@${JSON.stringify(script)}@@`,
    cwd: root,
    env: { HOME: root, PATH: process.env["PATH"] ?? "", SCRIPTED_MODEL_KEY: "none", ...claudeEnvironmentFor(server.url) },
    signal: new AbortController().signal,
  });
}

describe.each(planners)("%s as planner", (_name, planner) => {
  test("splits a goal into tasks", async () => {
    const { tasks, usage } = await plan(await planner(), [{ json: { tasks: [{ name: "cart", path: "cart.ts" }] } }]);
    expect(tasks).toEqual([{ name: "cart", fields: { name: "cart", path: "cart.ts" } }]);
    expect(usage.input).toBeGreaterThan(0);
  });

  test("that answers with prose is asked again, and then told", async () => {
    const asked = server.requests.length;
    await expect(plan(await planner(), [{ say: "First the cart." }, { say: "Really." }])).rejects.toMatchObject({
      type: "TaskList",
      where: expect.stringMatching(/^agents\.planner \(\d+ tokens used\)$/),
    });
    expect(server.requests.length - asked).toBeGreaterThanOrEqual(2);
  });
});

test("claude reads the checkout and has no tool that changes anything", async () => {
  const asked = server.requests.length;
  await plan(await planners[0]![1](), [{ json: { tasks: [{ name: "cart", path: "cart.ts" }] } }]);
  const offered = server.requests.slice(asked).flatMap(({ tools }) => tools);
  expect(offered).toEqual(expect.arrayContaining(["Read", "Glob", "Grep"]));
  expect(offered.filter((tool) => /Bash|Edit|Write|Task|Web/.test(tool))).toEqual([]);
});
