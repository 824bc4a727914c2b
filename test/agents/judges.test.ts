import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judge } from "../../activities/judges/judge.ts";
import type { Goal, Judge } from "../../domain/goal.ts";
import { startModelServer, type ModelServer } from "../support/model-server.ts";
import type { Step } from "../support/model-server-script.ts";
import { claudeEnvironmentFor, codexWithModel } from "../support/real-agent-settings.ts";
import { realAgent } from "../support/real-agents.ts";

let server: ModelServer;
let root: string;

beforeAll(async () => {
  server = await startModelServer();
  root = await mkdtemp(join(tmpdir(), "baton-judges-"));
  await Promise.all([realAgent("claude"), realAgent("codex")]);
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

const scriptedJudge = fileURLToPath(new URL("../support/agents/scripted-judge.mjs", import.meta.url));
const limits = { timeoutMs: 60_000, env: [] };

type Kind = readonly [name: string, judge: () => Promise<Judge>];

const modelJudges: readonly Kind[] = [
  ["claude", async () => ({ use: "claude", bin: await realAgent("claude"), args: [], ...limits })],
  ["codex", async () => ({ use: "codex", bin: await realAgent("codex"), ...codexWithModel(server.url), ...limits })],
  [
    "OpenAI-compatible model",
    async () => ({ use: "model", provider: "openai-compatible", model: "m", baseUrl: `${server.url}/v1`, timeoutMs: 60_000 }),
  ],
  [
    "Anthropic model",
    async () => ({
      use: "model",
      provider: "anthropic",
      model: "m",
      baseUrl: `${server.url}/v1`,
      apiKeyEnv: "ANTHROPIC_API_KEY",
      timeoutMs: 60_000,
    }),
  ],
];

function ask(judgeSpec: Judge, script: readonly Step[]) {
  const goal = { goal: "Two things", done: ["one", "two"], background: `@@judge: ${JSON.stringify(script)}@@` };
  const rest = { scope: { allow: [], protect: [] }, verify: [], risk: [], agents: { judge: judgeSpec } };
  return judge({
    goal: { ...goal, ...rest } as unknown as Goal,
    judge: judgeSpec,
    turn: 1,
    diff: "+one\n@@ -1 +1 @@\n+two",
    claim: "Everything is met, trust me",
    cwd: root,
    env: { HOME: root, PATH: process.env["PATH"] ?? "", SCRIPTED_MODEL_KEY: "none", ...claudeEnvironmentFor(server.url) },
    signal: new AbortController().signal,
  });
}

describe.each(modelJudges)("the %s judge", (_name, spec) => {
  test("gives a verdict for every criterion", async () => {
    const verdict = await ask(await spec(), [{ verdict: "met", reason: "line 1" }]);
    expect(verdict).toMatchObject({
      overall: "met",
      criteria: [
        { criterion: "one", status: "met", evidence: "line 1" },
        { criterion: "two", status: "met", evidence: "line 1" },
      ],
      usage: { input: 600, cached: 400, output: 50 },
    });
  });

  test("says what is missing", async () => {
    const verdict = await ask(await spec(), [{ verdict: "not_yet", reason: "two is missing" }]);
    expect(verdict).toMatchObject({ overall: "not yet", reason: "two is missing" });
  });

  test("does not judge when it answers with prose, after asking again", async () => {
    const asked = server.requests.length;
    const verdict = await ask(await spec(), [{ say: "All good, everything is met!" }, { say: "Really." }]);
    expect(verdict).toMatchObject({ overall: "not judged", criteria: [] });
    expect(server.requests.length - asked).toBeGreaterThanOrEqual(2);
  });

  test("does not judge when it leaves a criterion out", async () => {
    const criteria = [{ criterion: 1, status: "met", evidence: "seen" }];
    const verdict = await ask(await spec(), [{ json: { overall: "met", criteria, reason: "" } }]);
    expect(verdict).toMatchObject({ overall: "not judged", reason: expect.stringContaining("criterion 2") });
  });

  test("does not judge when its login is refused, and says so", async () => {
    const verdict = await ask(await spec(), [{ status: 401 }]);
    expect(verdict).toMatchObject({ overall: "not judged", reason: expect.stringContaining("auth") });
  });
});

describe("a command judge", () => {
  const command = (...args: string[]): Judge => ({ use: "command", bin: scriptedJudge, args, ...limits });

  test.each([
    ["met", "met"],
    ["not_yet", "not yet"],
    ["impossible", "impossible"],
    ["prose", "not judged"],
    ["fail", "not judged"],
  ])("that answers %s makes the verdict %s", async (answer, overall) => {
    expect(await ask(command(answer), [])).toMatchObject({ overall });
  });

  test("that hangs is stopped and does not judge", async () => {
    const verdict = await ask({ ...command("hang"), timeoutMs: 500 } as Judge, []);
    expect(verdict).toMatchObject({ overall: "not judged", reason: expect.stringContaining("timed out") });
  });

  test("that is missing is a failure of the host, not a verdict", async () => {
    const missing: Judge = { use: "command", bin: join(root, "nowhere"), args: [], ...limits };
    await expect(ask(missing, [])).rejects.toMatchObject({ type: "AgentUnavailable" });
  });

  test("a model judge without its key is a failure of the host, too", async () => {
    const spec: Judge = { use: "model", provider: "anthropic", model: "m", apiKeyEnv: "NO_SUCH_KEY", timeoutMs: 1000 };
    await expect(ask(spec, [])).rejects.toMatchObject({ type: "AgentUnavailable" });
  });
});
