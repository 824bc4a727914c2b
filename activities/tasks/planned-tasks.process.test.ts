import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Goal } from "../../domain/goal.ts";
import { plannedTasks, type PlanRequest } from "./planned-tasks.ts";

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "baton-plan-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const template = {
  goal: "Mend ${task.path} for ${task.why}, not $${task.other}",
  scope: { allow: [], protect: [] },
  done: [],
  verify: [{ name: "tests", run: "true ${task.path}", timeoutMs: 1000 }],
  agents: { worker: { use: "command", args: [], env: [] }, judge: { use: "none" } },
  budget: { turnTimeMs: 1000 },
  onFailure: { sameFailure: 3, noProgress: 3, then: "ask" },
  risk: [],
  deliver: {},
} satisfies Goal;

/** A planner that keeps what it is asked and gives its answers one after the other. */
function plan(answers: readonly unknown[], more: Partial<PlanRequest> = {}) {
  const planner = join(cwd, "planner");
  const texts = answers.map((answer) => (typeof answer === "string" ? answer : JSON.stringify(answer)));
  texts.forEach((text, index) => writeFileSync(join(cwd, `answer-${index + 1}`), text));
  writeFileSync(planner, `#!/bin/sh\nn=1; while [ -e asked-$n ]; do n=$((n+1)); done\ncat > asked-$n; cat answer-$n\n`);
  chmodSync(planner, 0o755);
  return plannedTasks({
    planner: { use: "command", bin: planner, args: [], env: [], timeoutMs: 10_000 },
    goal: { ...template, goal: "Mend everything" },
    template,
    instructions: "One task a file",
    cwd,
    env: { PATH: process.env["PATH"] ?? "" },
    signal: new AbortController().signal,
    ...more,
  });
}

const asked = (attempt: number) => JSON.parse(readFileSync(join(cwd, `asked-${attempt}`), "utf8")) as Record<string, any>;
const good = { tasks: [{ name: "a", path: "src/a.ts", why: "speed" }] };

test("a planner's tasks are tasks", async () => {
  const { tasks } = await plan([good]);
  expect(tasks).toEqual([{ name: "a", fields: { name: "a", path: "src/a.ts", why: "speed" } }]);
  const { prompt, schema, fields } = asked(1);
  expect(fields).toEqual(["name", "path", "why"]);
  expect(schema.properties.tasks.items.required).toEqual(fields);
  expect(prompt).toContain("Mend everything");
  expect(prompt).toContain("One task a file");
  expect(prompt).toContain(`The repository is in ${cwd}`);
});

test("tasks in prose around them are found", async () => {
  expect((await plan([`Here they are:\n\`\`\`json\n${JSON.stringify(good)}\n\`\`\`\nGood luck!`])).tasks).toHaveLength(1);
});

test.each<[string, unknown, RegExp]>([
  ["prose", "I would begin with the cart.", /prose instead of JSON/],
  ["another shape", { steps: [] }, /asked shape/],
  ["no task", { tasks: [] }, /has no task/],
  ["a task that lacks a field", { tasks: [{ name: "a", path: "b" }] }, /the task "a" has no field "why"/],
  ["a nested field", { tasks: [{ name: "a", path: ["b"], why: "" }] }, /task 1 has a field "path"/],
  ["too many tasks", { tasks: Array.from({ length: 2001 }, (_, n) => ({ name: `${n}`, path: "b", why: "c" })) }, /2001 tasks/],
])("%s is asked for again, with what is wrong, and then told", async (_name, answer, problem) => {
  expect((await plan([answer, good])).tasks).toHaveLength(1);
  expect(asked(2)["prompt"]).toMatch(problem);
  rmSync(join(cwd, "asked-1"));
  rmSync(join(cwd, "asked-2"));
  await expect(plan([answer, answer])).rejects.toMatchObject({
    type: "TaskList",
    where: "agents.planner",
    message: expect.stringMatching(problem),
  });
});

test("what a planner used for nothing is told with the failure", async () => {
  const claude = join(cwd, "claude");
  const record = { type: "result", is_error: false, result: "No idea.", usage: { input_tokens: 40, output_tokens: 2 } };
  writeFileSync(claude, `#!/bin/sh\ncat > /dev/null\necho '${JSON.stringify(record)}'\n`, { mode: 0o755 });
  const planner = { use: "claude", bin: claude, args: [], env: [], timeoutMs: 10_000 } as const;
  await expect(plan([], { planner })).rejects.toMatchObject({ type: "TaskList", usage: { input: 80, output: 4 } });
});

test("a planner that fails or hangs is told, one that is not there is the host's failure", async () => {
  const planner = (run: string, timeoutMs = 10_000) =>
    ({ use: "command", bin: "/bin/sh", args: ["-c", run], env: [], timeoutMs }) as const;
  const failed = plan([], { planner: planner("echo no model >&2; exit 4") });
  await expect(failed).rejects.toMatchObject({
    type: "TaskList",
    message: expect.stringMatching(/planner ended with exit code 4: no model/),
  });
  const hung = plan([], { planner: planner("sleep 300", 300) });
  await expect(hung).rejects.toMatchObject({ type: "TaskList", message: expect.stringContaining("timed out") });
  const missing = plan([], { planner: { ...planner(""), bin: "/nowhere/planner" } });
  await expect(missing).rejects.toMatchObject({ type: "AgentUnavailable", message: expect.stringContaining("command planner") });
});
