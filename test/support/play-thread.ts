import { afterTurn } from "../../domain/after-turn.ts";
import { afterReview } from "../../domain/after-review.ts";
import { afterVerdict, afterVerification } from "../../domain/after-verification.ts";
import { beforeTurn } from "../../domain/before-turn.ts";
import type { Goal } from "../../domain/goal.ts";
import { afterHeld, afterOpened, beforeHold } from "../../domain/holds.ts";
import { nextStep, type Step } from "../../domain/next-step.ts";
import type { AgentOutcome } from "../../domain/outcome.ts";
import { ask, budgetQuestion } from "../../domain/questions.ts";
import type { Review, ReviewFinding } from "../../domain/review.ts";
import { openThread, type ThreadState } from "../../domain/thread.ts";
import type { TurnReport } from "../../domain/turn.ts";
import type { Verdict } from "../../domain/verdict.ts";
import type { Verification } from "../../domain/verification.ts";

/** What one turn of a played thread does; everything has a default that neither passes nor stalls. */
export interface PlayedTurn {
  readonly agent?: AgentOutcome;
  readonly tree?: string;
  readonly tokens?: number;
  readonly usd?: number;
  readonly files?: number;
  readonly activeMs?: number;
  readonly toolCalls?: number;
  readonly message?: string;
  readonly failed?: readonly string[];
  readonly signature?: string;
  readonly outOfScope?: readonly string[];
  readonly verdict?: Verdict["overall"];
  /** What the reviewer objects to; it approves without, and says nothing with null. */
  readonly findings?: readonly ReviewFinding[] | null;
}

export const baseTree = "tree-base";

export function goalFor(change: Partial<Goal> = {}): Goal {
  return {
    goal: "Every test passes",
    scope: { allow: [], protect: [] },
    done: [],
    verify: [{ name: "tests", run: "npm test", timeoutMs: 1000 }],
    agents: { worker: { use: "command", args: [], env: [], bin: "agent" }, judge: { use: "none" } },
    budget: { turns: 30, timeMs: 8 * 3_600_000, turnTimeMs: 60_000 },
    onFailure: { sameFailure: 3, noProgress: 5, then: "ask" },
    risk: [],
    deliver: {},
    ...change,
  };
}

export function threadWith(goal: Goal): ThreadState {
  const timing = { heartbeatTimeoutMs: 30_000, stallMs: 60_000, backoffMs: 1000, backoffMaxMs: 8000, turnsPerRun: 50 };
  const repository = { id: "cart-12345678", name: "cart", base: "base", shallow: [] };
  return openThread(
    { id: "cart-7f3k", goal, repository, home: { host: "laptop", path: "/cart" }, owner: "ann", branch: "baton/cart", timing },
    0,
  );
}

/** Takes steps as the Workflow would, one script entry a turn, until the script is used up or the thread stands still. */
export function play(
  start: ThreadState,
  script: readonly PlayedTurn[],
): { state: ThreadState; turns: Extract<Step, { kind: "turn" }>[]; stoppedAt: Step; reviews: number } {
  let state = start;
  let reviews = 0;
  const turns: Extract<Step, { kind: "turn" }>[] = [];
  for (;;) {
    const step = nextStep(state);
    const played = script[Math.max(0, turns.length - 1)] ?? {};
    switch (step.kind) {
      case "hold":
        state = afterHeld(beforeHold(state), { host: "laptop", incarnation: "1" });
        break;
      case "openWorkspace":
        state = afterOpened(state, { baseTree });
        break;
      case "turn": {
        const next = script[turns.length];
        if (!next) return { state, turns, reviews, stoppedAt: step };
        turns.push(step);
        state = afterTurn(beforeTurn(state), reportOf(step, next), 1000);
        break;
      }
      case "verify":
        state = afterVerification(state, verificationOf(state, played), 1000);
        break;
      case "review":
        reviews += 1;
        state = afterReview(state, reviewOf(played), 1000);
        break;
      case "judge":
        state = afterVerdict(state, verdictOf(played), 1000);
        if (played.verdict === "not judged") return { state, turns, reviews, stoppedAt: nextStep(state) };
        break;
      case "backOff":
        state = { ...state, backOff: null };
        break;
      case "askAboutBudget":
        state = ask(state, budgetQuestion(state, step.exhausted), 1000);
        break;
      case "switchHost":
      case "depart":
      case "wantTurn":
      case "listTasks":
      case "mergeBatch":
      case "waitForSubagents":
      case "askAboutTasks":
      case "pilotOver":
      case "failOnTask":
      case "finishFanOut":
      case "wait":
      case "settle":
        return { state, turns, reviews, stoppedAt: step };
    }
  }
}

function reportOf(step: Extract<Step, { kind: "turn" }>, played: PlayedTurn): TurnReport {
  const tree = played.tree ?? `tree-${step.turn}-${step.attempt}`;
  return {
    turn: step.turn,
    attempt: step.attempt,
    epoch: 1,
    process: { kind: "exited", code: 0 },
    agent: played.agent ?? { kind: "completed" },
    usage: { input: played.tokens ?? 10, cached: 0, output: 0, ...(played.usd === undefined ? {} : { usd: played.usd }) },
    activeMs: played.activeMs ?? 100,
    message: played.message ?? "all tests pass",
    session: { agent: "command", id: "s1" },
    toolCalls: played.toolCalls ?? 1,
    commands: "",
    checkpoint: { commit: `commit-${tree}`, snapshot: `snapshot-${tree}`, tree },
    changes: {
      files: played.files ?? 1,
      outOfScope: played.outOfScope ?? [],
      outOfScopeCount: played.outOfScope?.length ?? 0,
      restored: [],
    },
  };
}

function verificationOf(state: ThreadState, played: PlayedTurn): Verification {
  const failed = played.failed ?? ["tests"];
  const signature = failed.length === 0 ? "" : (played.signature ?? `failure of turn ${state.turn}`);
  return { commit: "c", passed: 1 - failed.length, of: 1, failed, checks: [], signature, activeMs: 50 };
}

function reviewOf({ findings = [] }: PlayedTurn): Review {
  const outcome = findings === null ? "not reviewed" : findings.some(({ blocking }) => blocking) ? "objected" : "approved";
  const reason = findings === null ? "the reviewer wrote nothing" : "";
  return { outcome, findings: findings ?? [], reason, usage: { input: 3, cached: 0, output: 4 }, activeMs: 7 };
}

function verdictOf(played: PlayedTurn): Verdict {
  return {
    overall: played.verdict ?? "met",
    criteria: [],
    reason: "because",
    usage: { input: 1, cached: 0, output: 1 },
    activeMs: 5,
  };
}
