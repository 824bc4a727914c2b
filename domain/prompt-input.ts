import type { Spent } from "./budget.ts";
import type { Budget, Goal } from "./goal.ts";
import type { ReviewState } from "./review.ts";
import type { SubagentReport } from "./fan-out/subagent-requests.ts";
import type { TurnSummary } from "./thread-view.ts";
import type { Changes } from "./turn.ts";
import type { Verdict } from "./verdict.ts";
import type { Verification } from "./verification.ts";

/** All that a turn's prompt is made of; plain JSON, because it travels to an Activity. */
export interface PromptInput {
  readonly thread: string;
  readonly turn: number;
  readonly attempt: number;
  readonly goal: Goal;
  /** The limits as they stand now. */
  readonly budget: Budget;
  readonly spent: Spent;
  /** Whether the agent remembers the turns before. */
  readonly session: "new" | "resumed";
  /** Why there is no earlier conversation although there were turns. */
  readonly coldStart: string | null;
  /** The last turn of the budget. */
  readonly wrapUp: boolean;
  /** Commit of the work so far; null before the first turn. */
  readonly commit: string | null;
  readonly changes: Changes | null;
  /** Paths that differ from the base commit, a bounded sample; may be left out. */
  readonly files?: readonly string[];
  readonly verification: Verification | null;
  readonly verdict: Verdict | null;
  /** The newest review; absent before the first. */
  readonly review?: Pick<ReviewState, "turn" | "outcome" | "findings">;
  /** Best metric values so far, by check name. */
  readonly best: Readonly<Record<string, number>>;
  /** Finished turns, oldest first. */
  readonly history: readonly TurnSummary[];
  /** Messages of people, given as they were written. */
  readonly steering: readonly string[];
  /** What is said once: what repeats, what a person answered. */
  readonly notices: readonly string[];
  /** Subagents that the agent asked for; may be left out. */
  readonly subagents?: readonly SubagentReport[];
}
