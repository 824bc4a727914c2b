import type { Goal } from "../../domain/goal.ts";
import type { PromptInput } from "../../domain/prompt-input.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import type { Verdict } from "../../domain/verdict.ts";
import type { Verification } from "../../domain/verification.ts";

export const sampleGoal: Goal = {
  goal: "Every test in test/cart passes and lint is clean",
  background: "The cart lost items when two tabs were open.",
  scope: { allow: ["src/**", "test/**"], protect: ["test/golden/**"] },
  done: ["All cart tests pass", "No public API changed"],
  verify: [
    { name: "tests", run: "npm test", timeoutMs: 600_000 },
    {
      name: "speed",
      run: "node bench.js",
      timeoutMs: 60_000,
      metric: { source: { kind: "match", pattern: "p95=([\\d.]+)" }, unit: "ms", atMost: 50 },
    },
  ],
  agents: {
    worker: { use: "codex", args: [], env: [] },
    judge: { use: "claude", model: "haiku", args: [], env: [], timeoutMs: 60_000 },
  },
  budget: { turns: 30, timeMs: 28_800_000, tokens: 5_000_000, usd: 25, turnTimeMs: 2_700_000 },
  // oxlint-disable-next-line unicorn/no-thenable -- the goal's own word
  onFailure: { sameFailure: 3, noProgress: 5, then: "ask" },
  risk: ["Ask before touching billing/**"],
  deliver: {},
};

export const sampleVerification: Verification = {
  commit: "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d",
  passed: 1,
  of: 2,
  failed: ["speed"],
  checks: [
    { name: "tests", status: "passed", durationMs: 12_400, tail: "12 passed" },
    {
      name: "speed",
      status: "failed",
      reason: "61 ms, wanted at most 50 ms",
      durationMs: 850,
      metric: { value: 61, unit: "ms", atMost: 50, best: 55 },
      tail: "warm-up\n```\np95=61\n```",
    },
  ],
  signature: "00112233aabbccdd",
  activeMs: 13_250,
};

export const sampleVerdict: Verdict = {
  overall: "not yet",
  criteria: [
    { criterion: "All cart tests pass", status: "met", evidence: "12 of 12 tests pass" },
    { criterion: "No public API changed", status: "not yet", evidence: "addItem | lost its second parameter" },
  ],
  reason: "The public API changed.",
  usage: { input: 100, cached: 0, output: 20 },
  activeMs: 900,
};

export const samplePrompt: PromptInput = {
  thread: "cart-7f3k",
  turn: 3,
  attempt: 1,
  goal: sampleGoal,
  budget: sampleGoal.budget,
  spent: { turns: 2, timeMs: 185_000, wallTimeMs: 200_000, tokens: 4_200_000, usd: 1.25, files: 3 },
  session: "resumed",
  coldStart: null,
  wrapUp: false,
  commit: sampleVerification.commit,
  changes: {
    files: 3,
    outOfScope: ["docs/a.md"],
    outOfScopeCount: 1,
    restored: ["test/golden/cart.json"],
  },
  files: ["src/cart.ts", "src/index.ts", "docs/a.md"],
  verification: sampleVerification,
  verdict: sampleVerdict,
  best: { speed: 55 },
  history: [
    { turn: 1, attempt: 1, outcome: "completed", tokens: 12_300, files: 1, commit: "aaaa", passed: 0, of: 2 },
    { turn: 2, attempt: 2, outcome: "completed", tokens: 20_000, files: 3, commit: "bbbb", passed: 1, of: 2, verdict: "not yet" },
  ],
  steering: ["Look at src/tabs.ts first.\nIt is the cause."],
  notices: ["The same failure came 2 turns in a row."],
};

export const sampleView: ThreadView = {
  id: "cart-7f3k",
  status: "running",
  doing: "turn 3",
  goal: sampleGoal.goal,
  agent: "codex",
  judge: "claude haiku",
  repository: "shop",
  base: "ba5e0000ba5e0000ba5e0000ba5e0000ba5e0000",
  branch: "baton/cart-7f3k",
  delivered: false,
  owner: "ann",
  turn: 3,
  attempt: 1,
  epoch: 1,
  handoff: null,
  moved: null,
  host: "laptop",
  checks: sampleVerification.checks,
  verdict: sampleVerdict,
  spent: samplePrompt.spent,
  budget: sampleGoal.budget,
  checkpoint: { commit: sampleVerification.commit, snapshot: "5a5a", tree: "7e7e", turn: 2 },
  session: null,
  changes: { files: 3, outOfScope: ["docs/a.md"] },
  questions: [],
  steering: [],
  turns: samplePrompt.history,
  reason: "",
  openedAt: "2026-11-20T10:00:00.000Z",
  settledAt: null,
  report: null,
};
