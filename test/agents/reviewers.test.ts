import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { review } from "../../activities/reviews/review.ts";
import type { Reviewer } from "../../domain/fan-out/fan-out.ts";
import { startModelServer, type ModelServer } from "../support/model-server.ts";
import type { Step } from "../support/model-server-script.ts";
import { claudeEnvironmentFor, codexWithModel } from "../support/real-agent-settings.ts";
import { realAgent } from "../support/real-agents.ts";
import { sampleGoal, sampleVerification } from "../support/sample-thread.ts";

let server: ModelServer;
let root: string;

beforeAll(async () => {
  server = await startModelServer();
  root = await mkdtemp(join(tmpdir(), "baton-reviewer-"));
  await writeFile(join(root, "cart.ts"), "export {};\n");
  await Promise.all([realAgent("claude"), realAgent("codex")]);
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

const limits = { timeoutMs: 60_000, env: [], rounds: 2 };

const reviewers: readonly (readonly [string, () => Promise<Reviewer>])[] = [
  ["claude", async () => ({ use: "claude", bin: await realAgent("claude"), args: [], ...limits })],
  ["codex", async () => ({ use: "codex", bin: await realAgent("codex"), ...codexWithModel(server.url), ...limits })],
];

function ask(reviewer: Reviewer, script: readonly Step[]) {
  return review({
    reviewer: { ...reviewer, instructions: `Look at rounding @@review: ${JSON.stringify(script)}@@` },
    goal: sampleGoal,
    turn: 2,
    diff: "+const total = round(round(price));",
    verification: sampleVerification,
    earlier: { turn: 1, findings: [{ text: "no test", blocking: true }], diff: "+test" },
    cwd: root,
    env: { HOME: root, PATH: process.env["PATH"] ?? "", SCRIPTED_MODEL_KEY: "none", ...claudeEnvironmentFor(server.url) },
    signal: new AbortController().signal,
  });
}

const bug = { text: "rounds twice", file: "cart.ts", line: 1, blocking: true };
const remark = { text: "a shorter name", file: null, line: null, blocking: false };

describe.each(reviewers)("%s as reviewer", (_name, reviewer) => {
  test("objects with findings", async () => {
    const found = await ask(await reviewer(), [{ json: { approve: false, findings: [bug, remark] } }]);
    expect(found).toMatchObject({ outcome: "objected", findings: [bug, { text: "a shorter name", blocking: false }] });
    expect(found.usage.input).toBeGreaterThan(0);
    expect(found.findings[1]).not.toHaveProperty("file");
  });

  test("approves", async () => {
    expect(await ask(await reviewer(), [{ json: { approve: true, findings: [] } }])).toMatchObject({ outcome: "approved" });
  });

  test("that answers with prose is asked again, and then there is no review", async () => {
    const asked = server.requests.length;
    const found = await ask(await reviewer(), [{ say: "Looks good to me." }, { say: "Really." }]);
    expect(found).toMatchObject({ outcome: "not reviewed", findings: [] });
    expect(server.requests.length - asked).toBeGreaterThanOrEqual(2);
  });
});

test("claude reads the checkout and has no tool that changes anything", async () => {
  const asked = server.requests.length;
  await ask(await reviewers[0]![1](), [{ json: { approve: true, findings: [] } }]);
  const offered = server.requests.slice(asked).flatMap(({ tools }) => tools);
  expect(offered).toEqual(expect.arrayContaining(["Read", "Glob", "Grep"]));
  expect(offered.filter((tool) => /Bash|Edit|Write|Task|Web/.test(tool))).toEqual([]);
});
