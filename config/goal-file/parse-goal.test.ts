import { describe, expect, it } from "vitest";
import { BatonFailure } from "../../domain/failure.ts";
import { parseGoal } from "./parse-goal.ts";

function failureOf(text: string): BatonFailure {
  try {
    parseGoal(text, "goal.yaml");
  } catch (error) {
    if (error instanceof BatonFailure) return error;
    throw error;
  }
  throw new Error("the goal was accepted");
}

const linesOf = (text: string) => failureOf(text).message.split("\n");

/** A goal that is right but for the section given. */
const goal = (rest: string, worker = "claude") => `goal: x\nagents: { worker: { use: ${worker} } }\n${rest}`;
const verify = "verify: [npm test]";

const everything = String.raw`goal: Every test in test/cart passes and lint is clean
background: |
  Discounts were rewritten.
scope: { allow: ["src/**", "test/"], protect: ["test/golden/**"] }
done: ["All cart tests pass", "No public API changed"]
setup: npm ci
verify:
  - { name: tests, run: npm test, timeout: 1h30m }
  - { name: speed, run: node bench.js, metric: { match: 'p95=([\d.]+)', unit: ms, at_most: 50 } }
  - { name: size, run: node size.js, metric: { json: total.gzip, at_least: 2 } }
  - npm test
  - npm test
agents:
  worker: { use: command, run: ./agent.sh --fast, env: [OPENAI_API_KEY, A=b], price: { input: 1, cached: 0.1, output: 8 } }
  judge: { use: model, model: m, base_url: "http://127.0.0.1:1/v1", api_key_env: KEY, timeout: 90s }
budget: { turns: 3, time: 2h, wall_time: 1d, tokens: 1.5M, usd: 25, files: 40, turn_time: 500ms }
on_failure: { same_failure: 2, no_progress: 4, then: stop }
risk: ["Ask before touching billing/**"]
host: { labels: [gpu, linux, gpu], on_loss: ask, grace: 2m }
deliver: { branch: baton/cart, push: origin }
`;

describe("a goal file", () => {
  it("becomes a goal with every unit resolved", () => {
    expect(parseGoal(everything, "/repo/goal.yaml")).toEqual({
      goal: "Every test in test/cart passes and lint is clean",
      background: "Discounts were rewritten.",
      scope: { allow: ["src/**", "test/**"], protect: ["test/golden/**"] },
      done: ["All cart tests pass", "No public API changed"],
      setup: "npm ci",
      verify: [
        { name: "tests", run: "npm test", timeoutMs: 5_400_000 },
        {
          name: "speed",
          run: "node bench.js",
          timeoutMs: 600_000,
          metric: { source: { kind: "match", pattern: String.raw`p95=([\d.]+)` }, unit: "ms", atMost: 50 },
        },
        {
          name: "size",
          run: "node size.js",
          timeoutMs: 600_000,
          metric: { source: { kind: "json", path: "total.gzip" }, atLeast: 2 },
        },
        { name: "npm test", run: "npm test", timeoutMs: 600_000 },
        { name: "npm test (2)", run: "npm test", timeoutMs: 600_000 },
      ],
      agents: {
        worker: {
          use: "command",
          bin: "/bin/sh",
          args: ["-c", "./agent.sh --fast"],
          env: ["OPENAI_API_KEY", "A=b"],
          price: { input: 1, cached: 0.1, output: 8 },
        },
        judge: {
          use: "model",
          provider: "openai-compatible",
          model: "m",
          baseUrl: "http://127.0.0.1:1/v1",
          apiKeyEnv: "KEY",
          timeoutMs: 90_000,
        },
      },
      budget: {
        turns: 3,
        timeMs: 7_200_000,
        wallTimeMs: 86_400_000,
        tokens: 1_500_000,
        usd: 25,
        files: 40,
        turnTimeMs: 500,
      },
      // oxlint-disable-next-line unicorn/no-thenable -- the goal's own word
      onFailure: { sameFailure: 2, noProgress: 4, then: "stop" },
      risk: ["Ask before touching billing/**"],
      deliver: { branch: "baton/cart", push: "origin" },
      placement: { labels: ["gpu", "linux"] },
      hostLoss: { onLoss: "ask", graceMs: 120_000 },
    });
  });

  it("has every default filled in", () => {
    expect(parseGoal(goal(verify), "goal.yaml")).toEqual({
      goal: "x",
      scope: { allow: [], protect: [] },
      done: [],
      verify: [{ name: "npm test", run: "npm test", timeoutMs: 600_000 }],
      agents: { worker: { use: "claude", args: [], env: [] }, judge: { use: "none" } },
      budget: { turns: 30, timeMs: 28_800_000, turnTimeMs: 2_700_000 },
      // oxlint-disable-next-line unicorn/no-thenable -- the goal's own word
      onFailure: { sameFailure: 3, noProgress: 5, then: "ask" },
      risk: [],
      deliver: {},
    });
  });

  it("never lets a turn take longer than the whole time by default", () => {
    expect(parseGoal(goal(`${verify}\nbudget: { time: 20m }`), "goal.yaml").budget.turnTimeMs).toBe(1_200_000);
    expect(parseGoal(goal(`${verify}\nbudget: { wall_time: 5m }`), "goal.yaml").budget.turnTimeMs).toBe(300_000);
  });

  it.each([
    ["codex", "codex"],
    ["./agent.sh", "/repo/sub/agent.sh"],
    ["../agent", "/repo/agent"],
    ["/opt/codex", "/opt/codex"],
  ])("finds the executable %s at %s", (bin, expected) => {
    const text = `goal: x\n${verify}\nagents: { worker: { use: codex, bin: ${bin} } }`;
    expect(parseGoal(text, "/repo/sub/goal.yaml").agents.worker.bin).toBe(expected);
  });

  it("reads what is behind an alias", () => {
    const text = "goal: x\nagents: { worker: &agent { use: claude }, judge: *agent }";
    expect(parseGoal(text, "goal.yaml").agents.judge).toMatchObject({ use: "claude" });
  });
});

describe("a goal file with problems", () => {
  it("tells all of them at once, in order, and what to do", () => {
    const text = [
      "goal: ''",
      "verfy: [npm test]",
      "verify: [{ run: 5, metrics: 1 }, { run: a, timeout: soon }]",
      "agents: { worker: { use: codx } }",
      "budget: { time: 0m,",
      "  turns: many }",
      "budget: {}",
      "turns: 5",
    ];
    const failure = failureOf(text.join("\n"));
    expect(failure.type).toBe("GoalFile");
    expect(failure.next).toBe("Mend these and run baton check goal.yaml. Every key: docs/goal-file.md");
    expect(failure.message.split("\n")).toEqual([
      'goal.yaml:1:7 goal expected the objective in a sentence, got ""',
      "goal.yaml:2:1 verfy is not a known key; did you mean verify?",
      "goal.yaml:3:17 verify.0.run expected a shell command, got 5 (put it in quotes)",
      "goal.yaml:3:20 verify.0.metrics is not a known key; did you mean metric?",
      'goal.yaml:3:53 verify.1.timeout expected a duration such as "10m" or "1h30m", more than zero and at most 24d, got "soon"',
      'goal.yaml:4:26 agents.worker.use expected codex, claude or command, got "codx"',
      "goal.yaml:7:1 duplicate key budget",
      "goal.yaml:8:1 turns is not a known key; did you mean budget.turns?",
    ]);
  });

  it("points at the value as the documentation shows it", () => {
    expect(linesOf("goal: x\nverify: [a]\nagents:\n  worker:\n    use: codex\nbudget: { turns: many }")).toEqual([
      'goal.yaml:6:18 budget.turns expected a whole number of at least 1, got "many"',
    ]);
  });

  it("shows at most thirty", () => {
    const lines = linesOf(goal(`verify:\n${"  - 5\n".repeat(100)}`));
    expect(lines).toHaveLength(31);
    expect(lines.at(-1)).toBe("and 70 more");
  });

  it("quotes a file name that a shell would take apart", () => {
    expect(() => parseGoal("", "my goal.yaml")).toThrow(
      expect.objectContaining({ next: expect.stringContaining("baton check 'my goal.yaml'") }),
    );
  });
});
