import { totalSpent } from "./fan-out/fan-out-state.ts";
import { nextStep } from "./next-step.ts";
import { countTasks } from "./fan-out/task-counts.ts";
import { reviewerName } from "./summaries.ts";
import { isSettled, type ThreadState } from "./thread.ts";
import type { ThreadStatus, ThreadView } from "./thread-view.ts";
import type { Judge, WorkerAgent } from "./goal.ts";
import type { ReviewView } from "./review.ts";
import type { CheckResult } from "./verification.ts";

/** What people and programs see of a thread. `doing` is what the Workflow is at right now. */
export function viewOf(state: ThreadState, doing: string): ThreadView {
  const { start, verification, checkpoint } = state;
  const { goal } = start;
  return {
    id: start.id,
    status: statusOf(state),
    doing: isSettled(state) ? "" : doing,
    goal: goal.goal,
    agent: goal.agents.worker.use,
    ...(isCustom(goal.agents.worker) ? { customAgent: true } : {}),
    judge: describeJudge(goal.agents.judge),
    repository: start.repository.name,
    base: start.repository.base,
    branch: start.branch,
    delivered: state.delivered,
    owner: start.owner,
    turn: turnShown(state),
    attempt: state.attempt,
    epoch: state.epoch,
    host: state.hold?.host ?? null,
    ...(state.lost === undefined ? {} : { lost: state.lost }),
    handoff: state.handoff,
    moved: state.moved,
    ...(state.departure === undefined ? {} : { departure: state.departure }),
    ...(state.takenBack === undefined ? {} : { takenBack: state.takenBack }),
    ...(state.placement === undefined ? {} : { placement: state.placement }),
    checks: verification?.checks ?? goal.verify.map(({ name }): CheckResult => ({ name, status: "not run", durationMs: 0 })),
    verdict: state.verdict,
    ...reviewPart(state),
    spent: totalSpent(state),
    ...(state.fanOut === undefined ? {} : { subagents: countTasks(state.fanOut.tasks) }),
    ...(start.tree === undefined ? {} : { tree: { root: start.tree.root, parent: start.tree.parent, task: start.tree.task } }),
    budget: state.budget,
    checkpoint,
    session: state.session && { agent: state.session.agent, id: state.session.id },
    changes: state.changes && { files: state.changes.files, outOfScope: state.changes.outOfScope },
    questions: state.questions,
    steering: state.steering,
    turns: state.turns,
    reason: reasonOf(state),
    openedAt: new Date(state.openedAt).toISOString(),
    settledAt: state.settledAt === null ? null : new Date(state.settledAt).toISOString(),
    report: state.report,
  };
}

export function statusOf(state: ThreadState): ThreadStatus {
  if (state.ending && isSettled(state)) return state.ending.status;
  if (state.handoff || (state.departure && state.phase !== "ended")) return "moving";
  if (state.questions.length > 0) return "waiting";
  if (state.paused) return "paused";
  return "running";
}

/** The turn that runs or ran last; a turn that is only waited for does not count yet. */
function turnShown(state: ThreadState): number {
  const running = state.phase === "turn" && state.hold?.workspaceOpen === true && nextStep(state).kind === "turn";
  return running ? state.turn + 1 : state.turn;
}

function reasonOf(state: ThreadState): string {
  const question = state.questions[0];
  if (question) return question.text;
  if (state.ending) return state.ending.reason;
  if (state.paused) return "paused by a person";
  return state.backOff?.reason ?? "";
}

function reviewPart({ start, review }: ThreadState): { review?: ReviewView } {
  const reviewer = start.goal.review;
  if (reviewer === undefined) return {};
  const { round = 0, outcome = "not reviewed", findings = [] } = review ?? {};
  return { review: { reviewer: reviewerName(reviewer), round, rounds: reviewer.rounds, outcome, findings } };
}

function isCustom({ bin, args, env }: WorkerAgent): boolean {
  return bin !== undefined || args.length > 0 || env.length > 0;
}

export function describeJudge(judge: Judge): string {
  return judge.use === "none" ? "none" : [judge.use, judge.model].filter(Boolean).join(" ");
}
