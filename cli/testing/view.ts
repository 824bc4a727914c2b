import type { ThreadView } from "../../domain/thread-view.ts";

const view: ThreadView = {
  id: "cart-7f3k",
  status: "running",
  doing: "turn 3",
  goal: "Every test in test/cart passes and lint is clean",
  agent: "codex",
  judge: "claude haiku",
  repository: "shop",
  base: "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d",
  branch: "baton/cart",
  delivered: false,
  owner: "ada",
  turn: 3,
  attempt: 1,
  epoch: 1,
  handoff: null,
  moved: null,
  host: "laptop",
  checks: [
    { name: "tests", status: "failed", durationMs: 3200, reason: "exit code 1" },
    { name: "lint", status: "not run", durationMs: 0 },
  ],
  verdict: null,
  spent: { turns: 2, timeMs: 130_000, wallTimeMs: 300_000, tokens: 61_200, usd: 0.42, files: 2 },
  budget: { turns: 30, timeMs: 28_800_000, tokens: 5_000_000, usd: 25, files: 40, turnTimeMs: 2_700_000 },
  checkpoint: { commit: "fedcba9876543210fedcba9876543210fedcba98", snapshot: "5".repeat(40), tree: "7".repeat(40), turn: 2 },
  session: { agent: "codex", id: "0190-aa" },
  changes: { files: 2, outOfScope: ["README.md"] },
  questions: [],
  steering: ["prefer small commits"],
  turns: [
    { turn: 1, attempt: 1, outcome: "completed", tokens: 20_000, usd: 0.1, files: 1, commit: "a".repeat(40), passed: 0, of: 2 },
    {
      turn: 2,
      attempt: 1,
      outcome: "completed",
      tokens: 41_200,
      usd: 0.32,
      files: 2,
      commit: "b".repeat(40),
      passed: 2,
      of: 2,
      verdict: "not yet",
    },
  ],
  reason: "",
  openedAt: "2026-11-21T11:55:00.000Z",
  settledAt: null,
  report: null,
};

/** A thread in the middle of its work, for tests of what is shown of it. */
export function viewForTest(changes: Partial<ThreadView> = {}): ThreadView {
  return { ...view, ...changes };
}

export const budgetQuestionForTest: ThreadView["questions"][number] = {
  id: "q1",
  kind: "budget",
  text: "The budget is exhausted (turns: 30 of 30 used). More, or stop?",
  facts: ["turns: 30 of 30 used"],
  next: "",
  choices: ["continue", "stop"],
  turn: 30,
  askedAt: 0,
};
