import { addSpent } from "./budget.ts";
import { afterShortfall } from "./after-shortfall.ts";
import { amendLastTurn } from "./amend-last-turn.ts";
import { ask } from "./questions.ts";
import { countFindings, openFindings, type Review, type ReviewState } from "./review.ts";
import { end, type ThreadState } from "./thread.ts";

/** What is due for work on which every deterministic condition holds: the reviewer, the judge, or the end. */
export function afterFloor(state: ThreadState, now: number): ThreadState {
  if (state.start.goal.review === undefined) return pastReview(state);
  const { review } = state;
  // The answer about the same files would be the same.
  if (review !== undefined && review.tree === treeOf(state)) return decide(state, review, now);
  return { ...state, phase: "review" };
}

/** Takes a review in. One that does not exist approves nothing: a person is asked. */
export function afterReview(state: ThreadState, review: Review, now: number): ThreadState {
  const { outcome, findings } = review;
  const spent = addSpent(state.spent, review);
  const reviewed: ThreadState = { ...state, spent, turns: amendLastTurn(state, { review: outcome }) };
  if (outcome === "not reviewed") return state.phase === "ended" ? reviewed : ask(reviewed, reviewQuestion(state, review), now);
  const newest: ReviewState = {
    round: state.review?.round ?? 0,
    outcome,
    findings,
    turn: state.turn,
    commit: state.checkpoint?.commit ?? state.start.repository.base,
    tree: treeOf(state),
  };
  return state.phase === "ended" ? { ...reviewed, review: newest } : decide(reviewed, newest, now);
}

function decide(state: ThreadState, review: ReviewState, now: number): ThreadState {
  const rounds = state.start.goal.review?.rounds ?? 0;
  if (review.outcome === "approved" || review.round >= rounds) return pastReview({ ...state, review });
  return afterShortfall({ ...state, review: { ...review, round: review.round + 1 } }, now);
}

function pastReview(state: ThreadState): ThreadState {
  if (state.start.goal.agents.judge.use !== "none") return { ...state, phase: "judge" };
  const { passed = 0, of = 0 } = state.verification ?? {};
  return end(state, {
    status: "achieved",
    reason: withReview(state, `${passed} of ${of} checks passed`, "the reviewer approved"),
  });
}

/** A reason for achieving, with what the reviewer has to do with it: findings that stayed open are never left out. */
export function withReview({ review }: ThreadState, reason: string, approval?: string): string {
  if (review === undefined) return reason;
  const open = openFindings(review);
  if (open.length > 0) return `${reason}; ${countFindings(open)} of the reviewer ${open.length === 1 ? "is" : "are"} open`;
  return approval === undefined ? reason : `${reason} and ${approval}`;
}

function treeOf({ checkpoint, baseTree }: ThreadState): string {
  return checkpoint?.tree ?? baseTree ?? "";
}

function reviewQuestion({ start, turn }: ThreadState, { reason }: Review) {
  return {
    kind: "review" as const,
    text: `There is no review of turn ${turn}: ${reason}`,
    facts: [`reviewer: ${start.goal.review?.use ?? "none"}`, "all checks passed"],
    next: `mend the reviewer, then: baton answer ${start.id} continue (reviews again)`,
  };
}
