import { describe, expect, it } from "vitest";
import { BatonFailure } from "../../domain/failure.ts";
import { parseGoal } from "./parse-goal.ts";

/** A goal that is right but for its fan-out, which begins at line 4. */
const goal = (fanOut: string, rest = "verify: [npm test]\nagents: { worker: { use: codex, env: [KEY] } }") =>
  `goal: x\n${rest}\nfan_out:\n${fanOut}`;
const template = "  template: { goal: 'Mend ${task.name}', verify: ['npm test -- \"${task.name}\"'] }";

const fanOutOf = (text: string) => parseGoal(text, "/repo/goal.yaml").fanOut;

function linesOf(text: string): string[] {
  try {
    parseGoal(text, "goal.yaml");
  } catch (error) {
    if (error instanceof BatonFailure) return error.message.split("\n");
    throw error;
  }
  throw new Error("the goal was accepted");
}

const everything = `goal: No file uses the old API
background: See docs/api.md
scope: { allow: ["src/**"], protect: ["test/**"] }
setup: npm ci
verify: [npm test]
agents:
  worker: { use: codex, model: m, env: [KEY] }
  judge: { use: claude }
  planner: { use: command, run: ./plan.sh, timeout: 1m }
review: { use: claude, model: haiku, instructions: Look at names, rounds: 3, timeout: 1m }
budget: { usd: 100 }
risk: ["Keep the public API"]
host: { labels: [gpu] }
fan_out:
  tasks:
    - { path: src/a.ts, size: 12 }
    - { name: the second, path: "src/b \${task.path}.ts", size: 5, urgent: true }
  template:
    goal: Mend \${task.path}
    background: It has \${task.size} lines
    scope: { allow: ["\${task.path}"] }
    done: ["\${task.path} is short"]
    verify: [{ name: test, run: 'npm test -- "\${task.path}"' }]
    agents: { worker: { use: command, run: './agent.sh "\${task.path}"' } }
    review: { use: codex }
    budget: { turns: 5 }
  parallel: 50
  order: shuffled
  on_task_failure: continue
  pilot: { tasks: 2, then: continue }
  approve: true
  race: [claude, { use: command, run: ./racer.sh }]
  merge: { verify: [npm run lint], batch: 4, rebases: 0 }
`;

describe("a fan-out of a goal file", () => {
  it("protects what the goal protects, whatever its template protects besides", () => {
    const own = everything.replace('allow: ["${task.path}"]', 'protect: ["${task.path}.snap", "test/**"]');
    const { scope } = parseGoal(own, "/repo/goal.yaml").fanOut!.template;
    expect(scope).toEqual({ allow: ["src/**"], protect: ["test/**", "${task.path}.snap"] });
  });

  it("becomes a fan-out with every unit resolved", () => {
    const parsed = parseGoal(everything, "/repo/goal.yaml");
    expect(parsed).toMatchObject({
      agents: { planner: { use: "command", bin: "/bin/sh", args: ["-c", "./plan.sh"], env: [], timeoutMs: 60_000 } },
      review: { use: "claude", model: "haiku", instructions: "Look at names", rounds: 3, timeoutMs: 60_000, args: [], env: [] },
    });
    expect(parsed.budget).toEqual({ usd: 100, turnTimeMs: 2_700_000 });
    expect(parsed.fanOut).toEqual({
      tasks: {
        kind: "list",
        tasks: [
          { name: "src/a.ts", fields: { name: "src/a.ts", path: "src/a.ts", size: "12" } },
          { name: "the second", fields: { name: "the second", path: "src/b ${task.path}.ts", size: "5", urgent: "true" } },
        ],
      },
      template: {
        goal: "Mend ${task.path}",
        background: "It has ${task.size} lines",
        setup: "npm ci",
        scope: { allow: ["${task.path}"], protect: ["test/**"] },
        done: ["${task.path} is short"],
        verify: [{ name: "test", run: 'npm test -- "${task.path}"', timeoutMs: 600_000 }],
        agents: {
          worker: { use: "command", bin: "/bin/sh", args: ["-c", './agent.sh "${task.path}"'], env: [] },
          judge: { use: "claude", args: [], env: [], timeoutMs: 300_000 },
        },
        review: { use: "codex", args: [], env: [], rounds: 2, timeoutMs: 600_000 },
        budget: { turns: 5, timeMs: 28_800_000, turnTimeMs: 2_700_000 },
        // oxlint-disable-next-line unicorn/no-thenable -- the goal's own word
        onFailure: { sameFailure: 3, noProgress: 5, then: "stop" },
        risk: ["Keep the public API"],
        deliver: {},
        placement: { labels: ["gpu"] },
      },
      parallel: 50,
      order: "shuffled",
      onTaskFailure: "continue",
      // oxlint-disable-next-line unicorn/no-thenable -- the goal's own word
      pilot: { tasks: 2, then: "continue" },
      approve: true,
      race: [
        { use: "claude", args: [], env: [] },
        { use: "command", bin: "/bin/sh", args: ["-c", "./racer.sh"], env: [] },
      ],
      merge: { verify: [{ name: "npm run lint", run: "npm run lint", timeoutMs: 600_000 }], batch: 4, rebases: 0 },
    });
  });

  it("has every default filled in, and none for the budget of the whole", () => {
    const parsed = parseGoal(goal(`  tasks: [a]\n${template}`), "goal.yaml");
    expect(parsed.budget).toEqual({ turnTimeMs: 2_700_000 });
    expect(parsed.fanOut).toMatchObject({
      template: {
        agents: { worker: { use: "codex", env: ["KEY"] }, judge: { use: "none" } },
        budget: { turns: 30, timeMs: 28_800_000 },
      },
      parallel: 8,
      order: "listed",
      onTaskFailure: "ask",
      approve: false,
      race: [],
      merge: { verify: [], batch: 16, rebases: 1 },
    });
    expect(parsed.fanOut).not.toHaveProperty("pilot");
    expect(fanOutOf(goal(`  tasks: [a]\n  pilot: 3\n${template}`))?.pilot).toEqual(
      expect.objectContaining({ tasks: 3, then: "ask" }),
    );
  });

  it("lets a bare name in a race mean the template's worker, where that is of the kind", () => {
    expect(fanOutOf(goal(`  tasks: [a]\n  race: [codex, claude]\n${template}`))?.race).toEqual([
      { use: "codex", args: [], env: ["KEY"] },
      { use: "claude", args: [], env: [] },
    ]);
  });

  it.each<[string, object]>([
    ["command: ls src", { kind: "command", run: "ls src", timeoutMs: 120_000 }],
    ["command: ls src\n  timeout: 5s", { kind: "command", run: "ls src", timeoutMs: 5_000 }],
    ["files: [src/]", { kind: "files", globs: ["src/**"] }],
    ["planner: true", { kind: "planner" }],
    ["planner: { instructions: by folder }", { kind: "planner", instructions: "by folder" }],
  ])("takes its tasks from %s", (source, expected) => {
    const agents = "verify: [a]\nagents: { worker: { use: codex }, planner: { use: claude } }";
    expect(fanOutOf(goal(`  ${source}\n${template}`, agents))?.tasks).toEqual(expected);
  });

  it("takes the same task twice, and 2,000 of them", () => {
    const tasks = fanOutOf(goal(`  tasks: [a, a, ${"b, ".repeat(1_998)}]\n${template}`))?.tasks;
    expect(tasks).toMatchObject({ kind: "list", tasks: { length: 2_000 } });
  });

  it.each([
    ["its template has checks", "  tasks: [a]\n  template: { goal: x, verify: [a] }"],
    [
      "its merges have checks",
      "  tasks: [a]\n  merge: { verify: [a] }\n  template: { goal: x, agents: { judge: { use: claude } } }",
    ],
  ])("needs no checks of the whole where %s", (_name, fanOut) => {
    expect(parseGoal(goal(fanOut, "agents: { worker: { use: codex } }"), "goal.yaml").verify).toEqual([]);
  });

  it("leaves the text of a placeholder alone where nothing is fanned out", () => {
    const text = "goal: Replace ${task.x}\nverify: [a]\nagents: { worker: { use: codex } }";
    expect(parseGoal(text, "goal.yaml").goal).toBe("Replace ${task.x}");
  });
});

const duration = 'a duration such as "10m" or "1h30m", more than zero and at most 24d';

describe("a fan-out is refused for", () => {
  it.each<[string, string, string]>([
    ["no source of tasks", template, "5:3 fan_out needs tasks, command, files or planner: where the tasks come from"],
    ["two sources", `  tasks: [a]\n  files: [b]\n${template}`, "6:10 fan_out.files has tasks and files; keep one"],
    ["no template", "  tasks: [a]", "5:3 fan_out.template is required: expected a mapping"],
    ["no tasks", `  tasks: []\n${template}`, "5:10 fan_out.tasks expected at least one task, got an empty list"],
    [
      "5,000 tasks",
      `  tasks: [${"a, ".repeat(5_000)}]\n${template}`,
      "5:10 fan_out.tasks expected at most 2000 tasks, got a list",
    ],
    [
      "too many bytes",
      `  tasks: [${`${"x".repeat(7_000)}, `.repeat(145)}]\n${template}`,
      "5:10 fan_out.tasks has 1028776 bytes of tasks; at most 500000 are carried along",
    ],
    [
      "a task that is a number",
      `  tasks: [5]\n${template}`,
      "5:11 fan_out.tasks.0 expected a text or a mapping of fields such as { name: cart, path: src/cart.ts }, got 5",
    ],
    ["an empty task", `  tasks: [a, " "]\n${template}`, "5:14 fan_out.tasks.1 is empty"],
    [
      "a nested task",
      `  tasks: [{ name: a, b: { c: 1 } }]\n${template}`,
      "5:25 fan_out.tasks.0.b expected text, a number, true or false, got a mapping",
    ],
    [
      "a field with a bad name",
      `  tasks: [{ name: a, Path: b }]\n${template}`,
      '5:28 fan_out.tasks.0.Path has a field "Path": names are small letters, digits and underscores, a letter first, 40 at most',
    ],
    [
      "a planner that is nobody",
      `  planner: true\n${template}`,
      "5:12 fan_out.planner needs agents.planner, such as { use: claude }",
    ],
    [
      "a planner that is false",
      `  planner: false\n${template}`,
      "5:12 fan_out.planner expected true or a mapping such as { instructions: … }, got false",
    ],
    [
      "an unknown key of the planner",
      `  planner: { instruction: a }\n${template}`,
      "5:14 fan_out.planner.instruction is not a known key; did you mean instructions?",
    ],
    [
      "a timeout of nothing",
      `  tasks: [a]\n  timeout: 1m\n${template}`,
      "6:12 fan_out.timeout has a meaning beside command only",
    ],
    [
      "a bad timeout",
      `  command: a\n  timeout: 5\n${template}`,
      `6:12 fan_out.timeout expected ${duration}, got 5 (put it in quotes)`,
    ],
    [
      "a bad glob",
      `  files: [/src]\n${template}`,
      "5:11 fan_out.files.0 the glob begins with a slash; write it relative to the repository root",
    ],
    [
      "too much at once",
      `  tasks: [a]\n  parallel: 201\n${template}`,
      "6:13 fan_out.parallel expected a whole number of at most 200, got 201",
    ],
    [
      "a pilot of nobody",
      `  tasks: [a]\n  pilot: 0\n${template}`,
      "6:10 fan_out.pilot expected a whole number of at least 1, got 0",
    ],
    [
      "an unknown key of the pilot",
      `  tasks: [a]\n  pilot: { tasks: 3, than: ask }\n${template}`,
      "6:22 fan_out.pilot.than is not a known key; did you mean then?",
    ],
    ["a race of one", `  tasks: [a]\n  race: [codex]\n${template}`, "6:9 fan_out.race expected at least two agents, got a list"],
    [
      "a race of strangers",
      `  tasks: [a]\n  race: [codex, gemini]\n${template}`,
      '6:17 fan_out.race.1 expected codex, claude or a mapping such as { use: codex, model: gpt-5.5 }, got "gemini"',
    ],
    [
      "a racer without command",
      `  tasks: [a]\n  race: [codex, { use: command }]\n${template}`,
      "6:17 fan_out.race.1.run is required with use: command: a shell command line, or set bin and args",
    ],
    [
      "merges of nothing",
      `  tasks: [a]\n  merge: { batch: 0 }\n${template}`,
      "6:19 fan_out.merge.batch expected a whole number of at least 1, got 0",
    ],
    [
      "a delivery of a task",
      "  tasks: [a]\n  template: { goal: a, verify: [a], deliver: { push: origin } }",
      "6:37 fan_out.template.deliver is not a known key; known here: goal, background, scope, done, setup, setup_cache, verify, agents, review, budget, on_failure, risk",
    ],
    [
      "a key of the template that stands elsewhere",
      "  tasks: [a]\n  template: { goal: a, verify: [a], same_failure: 5 }",
      "6:37 fan_out.template.same_failure is not a known key; did you mean fan_out.template.on_failure.same_failure?",
    ],
    [
      "a template without oracle",
      "  tasks: [a]\n  template: { goal: a }",
      "6:13 fan_out.template has nothing that tells when a task is achieved: add verify (a command) or agents.judge",
    ],
    [
      "two checks of a template with one name",
      "  tasks: [a]\n  template: { goal: a, verify: [{ name: a, run: b }, { name: a, run: c }] }",
      '6:62 fan_out.template.verify.1.name "a" is already the name of fan_out.template.verify.0; give each check its own',
    ],
    [
      "a turn longer than a subagent",
      "  tasks: [a]\n  template: { goal: a, verify: [a], budget: { turn_time: 9h } }",
      "6:58 fan_out.template.budget.turn_time is longer than fan_out.template.budget.time: one turn could use up more than everything",
    ],
  ])("%s", (_name, fanOut, expected) => {
    expect(linesOf(goal(fanOut))).toEqual([`goal.yaml:${expected}`]);
  });

  it.each<[string, string, string]>([
    [
      "outside the template",
      `  tasks: [a]\n  merge: { verify: ["test \${task.name}"] }\n${template}`,
      "6:21 fan_out.merge.verify.0 uses ${task.name} outside of fan_out.template, where there is no task",
    ],
    [
      "that no task has",
      "  tasks: [{ path: a }]\n  template: { goal: '${task.pth}', verify: [a] }",
      "6:21 fan_out.template.goal uses ${task.pth}, which no task has; did you mean path?",
    ],
    [
      "that one task lacks",
      "  tasks: [{ path: a }, b]\n  template: { goal: '${task.path}', verify: [a] }",
      "5:24 fan_out.tasks.1 has no path, which fan_out.template.goal uses",
    ],
    [
      "that files do not have",
      "  files: [src/]\n  template: { goal: '${task.size}', verify: [a] }",
      "6:21 fan_out.template.goal uses ${task.size}, but tasks from files have only a path",
    ],
    [
      "that is no name",
      "  command: ls\n  template: { goal: '${task.a-b}', verify: [a] }",
      "6:21 fan_out.template.goal uses ${task.a-b}, which is no name of a field: small letters, digits, underscores",
    ],
    [
      "where nothing is replaced",
      "  command: ls\n  template: { goal: a, verify: [a], agents: { worker: { use: codex, model: '${task.model}' } } }",
      "6:76 fan_out.template.agents.worker.model uses ${task.model}, which is replaced in texts and shell commands only",
    ],
  ])("a placeholder %s", (_name, fanOut, expected) => {
    expect(linesOf(goal(fanOut))).toEqual([`goal.yaml:${expected}`]);
  });

  it("takes a doubled dollar for text, and a racer's command line for the task's", () => {
    const text =
      "  tasks: [a]\n  template: { goal: '$${task.nothing}', verify: [a] }\n  race: [codex, { use: command, run: 'x ${task.name}' }]";
    expect(fanOutOf(goal(text))?.template.goal).toBe("$${task.nothing}");
  });

  it("nothing more than what is wrong, when it cannot be read", () => {
    const text = goal(
      "  tasks: [a]\n  paralel: 3\n  template: { goal: a, verify: [a] }",
      "agents: { worker: { use: codex } }\nbudget: { turn_time: 9h }",
    );
    expect(linesOf(text)).toEqual(["goal.yaml:6:3 fan_out.paralel is not a known key; did you mean parallel?"]);
  });
});
