import { describe, expect, it } from "vitest";
import type { Goal } from "../goal.ts";
import { renderAgent, renderGoal } from "./render-goal.ts";
import type { Task } from "./task.ts";

const template: Goal = {
  goal: "Mend ${task.path}",
  background: "It says ${task.note}; the key is $${task.path}",
  scope: { allow: ["${task.path}", "docs/**"], protect: ["test/**"] },
  done: ["${task.path} compiles"],
  setup: 'prepare "${task.path}"',
  verify: [{ name: "test ${task.path}", run: 'npm test -- "${task.path}"', timeoutMs: 5 }],
  agents: {
    worker: { use: "command", bin: "/bin/sh", args: ["-c", 'work "${task.path}"'], env: ["KEY"] },
    judge: { use: "claude", args: ["--flag"], env: [], timeoutMs: 1 },
  },
  review: { use: "claude", args: [], env: [], timeoutMs: 1, rounds: 2, instructions: "Look at ${task.note}" },
  budget: { turns: 3, turnTimeMs: 1 },
  // oxlint-disable-next-line unicorn/no-thenable -- the goal's own word
  onFailure: { sameFailure: 3, noProgress: 5, then: "stop" },
  risk: ["Nothing but ${task.path}"],
  deliver: {},
};

const taskOf = (fields: Record<string, string>): Task => ({ name: "a task", fields });
const render = (fields: Record<string, string>, change: Partial<Goal> = {}) =>
  renderGoal({ ...template, ...change }, taskOf(fields));
const path = "src/a.ts";
const env = [`BATON_TASK_PATH=${path}`, "BATON_TASK_NOTE=slow"];

describe("the goal of a task", () => {
  it("has values in its texts, and variables in its commands", () => {
    expect(render({ path, note: "slow" })).toEqual({
      ...template,
      goal: "Mend src/a.ts",
      background: "It says slow; the key is ${task.path}",
      scope: { allow: [path, "docs/**"], protect: ["test/**"] },
      done: ["src/a.ts compiles"],
      setup: 'prepare "${BATON_TASK_PATH}"',
      verify: [{ name: "test src/a.ts", run: 'npm test -- "${BATON_TASK_PATH}"', timeoutMs: 5, env }],
      agents: {
        worker: { use: "command", bin: "/bin/sh", args: ["-c", 'work "${BATON_TASK_PATH}"'], env: ["KEY", ...env] },
        judge: { use: "claude", args: ["--flag"], env, timeoutMs: 1 },
      },
      review: { ...template.review, instructions: "Look at slow", env },
      risk: ["Nothing but src/a.ts"],
    });
  });

  it.each<[string, string]>([
    ["a command", "$(rm -rf ~); `id` && echo"],
    ["quotes", `it's "quoted" \\" \\'`],
    ["several lines", "a\n$(b)\r\nc"],
    ["another placeholder", "${task.note} $${task.note} ${BATON_TASK_NOTE}"],
    ["patterns of a replacement", "$& $1 $` $' $$"],
    ["letters of all kinds", "äöü 漢字 \u{1f600} \u202e"],
    ["ten kilobytes", "x;".repeat(5_000)],
    ["an option", "--force"],
    ["nothing", ""],
  ])("takes %s as it is, and into no command", (_name, value) => {
    const commands = { scope: { allow: [], protect: [] } };
    const goal = render({ path: value, note: "n" }, commands);
    expect(goal.goal).toBe(`Mend ${value}`);
    expect(goal.setup).toBe('prepare "${BATON_TASK_PATH}"');
    expect(goal.verify[0]?.run).toBe('npm test -- "${BATON_TASK_PATH}"');
    expect(goal.agents.worker.args).toEqual(["-c", 'work "${BATON_TASK_PATH}"']);
    expect(goal.verify[0]?.env?.[0]).toBe(`BATON_TASK_PATH=${value}`);
  });

  it("takes a path with brackets as a glob and as itself, and a negated one as itself only", () => {
    const allow = (value: string) => render({ path: value, note: "" }).scope.allow.slice(0, -1);
    expect(allow("pages/[id].tsx")).toEqual(["pages/[id].tsx", String.raw`pages/\[id\].tsx`]);
    expect(allow("src/**")).toEqual(["src/**", String.raw`src/\*\*`]);
    expect(allow("!all")).toEqual([String.raw`\!all`]);
  });

  it.each(["", " ", "/", "./"])("is refused where its scope would be everything: %j", (value) => {
    expect(() => render({ path: value, note: "" })).toThrow(
      'the task "a task" leaves fan_out.template.scope.allow.0 without a path',
    );
  });

  it("gives every check a short name of one line of its own", () => {
    const verify = ["${task.path}", "${task.note}", "same"].map((name) => ({ name, run: "true", timeoutMs: 1 }));
    const names = (fields: Record<string, string>) => render(fields, { verify }).verify.map(({ name }) => name);
    expect(names({ path: "same", note: "sa\nme" })).toEqual(["same", "sa me", "same (2)"]);
    expect(names({ path: "a", note: "x".repeat(100) })[1]).toBe(`${"x".repeat(79)}…`);
  });

  it("is refused for a field that the task lacks, in texts and in commands", () => {
    expect(() => render({ note: "n" })).toThrow('the task "a task" has no field "path", which fan_out.template.goal uses');
    expect(() => render({ path }, { background: "", goal: "x", review: undefined as never, setup: "${task.note}" })).toThrow(
      'the task "a task" has no field "note", which fan_out.template.setup uses',
    );
    expect(() => render({ path }, { goal: "${task.constructor}" })).toThrow('has no field "constructor"');
  });

  it("leaves agents alone that are no command lines, and judges that are none or a model", () => {
    const bare = { use: "codex", args: ["${task.path}"], env: [] } as const;
    expect(renderAgent(bare, taskOf({ path }), "agents.worker")).toEqual({ ...bare, env: [`BATON_TASK_PATH=${path}`] });
    const agents = { ...template.agents, judge: { use: "none" } as const };
    expect(render({ path, note: "" }, { agents }).agents.judge).toEqual({ use: "none" });
  });
});
