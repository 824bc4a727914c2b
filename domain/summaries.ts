import { oneLine, utf8Bytes } from "./bounded-text.ts";
import type { FanOut, Reviewer } from "./fan-out/fan-out.ts";
import type { Judge } from "./goal.ts";
import type { LostHost } from "./host-loss.ts";
import { duration } from "./quantities.ts";

const summaryLength = 180;
/** Temporal refuses longer summaries: 200 bytes by its documentation, encoded. */
const summaryBytes = 190;

export interface TurnLead {
  readonly turn: number;
  readonly agent: string;
  readonly attempt: number;
  /** Why there is another attempt: `host loss`, `agent crash`. */
  readonly attemptAfter?: string;
  readonly wrapUp: boolean;
  /** Newest verification and verdict; absent before the first. */
  readonly checks?: { readonly passed: number; readonly of: number } | null;
  readonly verdict?: string | null;
  /** Outcome of the review of the turn before. */
  readonly review?: string | null;
}

/** `turn 3 · codex · after 2 of 3 checks`: fixed when the Activity is scheduled, so it tells what led there. */
export function turnSummary(lead: TurnLead): string {
  return bounded([`turn ${lead.turn}`, lead.agent, ...attemptPart(lead), ...leadPart(lead)]);
}

function attemptPart({ attempt, attemptAfter }: TurnLead): string[] {
  if (attempt <= 1) return [];
  return [attemptAfter === undefined ? `attempt ${attempt}` : `attempt ${attempt} after ${attemptAfter}`];
}

function leadPart({ wrapUp, verdict, review, checks, turn, attempt }: TurnLead): string[] {
  if (wrapUp) return ["wrap-up"];
  if (attempt > 1) return [];
  if (turn <= 1) return ["first turn"];
  const floor = checks === undefined || checks === null || checks.passed === checks.of;
  if (floor && verdict !== undefined && verdict !== null) return [`after judge: ${verdict}`];
  if (floor && review !== undefined && review !== null) return [`after review: ${review}`];
  return checks === undefined || checks === null || checks.of === 0 ? [] : [`after ${checks.passed} of ${checks.of} checks`];
}

export function verifySummary({ checks, turn }: { checks: number; turn: number }): string {
  return bounded([`verify ${count(checks, "check", "checks")}`, `turn ${turn}`]);
}

export function judgeSummary({ criteria, judge, turn }: { criteria: number; judge: Judge; turn: number }): string {
  return bounded([`judge ${count(criteria, "criterion", "criteria")}`, judgeName(judge), `turn ${turn}`]);
}

export function reviewSummary({ reviewer, turn }: { reviewer: Reviewer; turn: number }): string {
  return bounded(["review", reviewerName(reviewer), `turn ${turn}`]);
}

/** `claude haiku`, `codex`. */
export function reviewerName({ use, model }: Reviewer): string {
  return model === undefined ? use : `${use} ${model}`;
}

/** `claude haiku`, `codex`, `none`; for a model the model's own name. */
export function judgeName(judge: Judge): string {
  switch (judge.use) {
    case "none":
      return "none";
    case "model":
      return judge.model;
    case "codex":
    case "claude":
    case "command":
      return judge.model === undefined ? judge.use : `${judge.use} ${judge.model}`;
  }
}

export function holdSummary({ where, thread }: { where: string; thread: string }): string {
  return bounded([`hold a place on ${where}`, thread]);
}

/** `big-1 is lost: moves in 2 min`. */
export function graceSummary({ host, next }: LostHost, graceMs: number): string {
  return bounded([`${host} is lost: ${next}s in ${duration(graceMs)}`]);
}

export function workspaceSummary({ host, turn }: { host: string; turn: number }): string {
  return bounded([`open the workspace on ${host}`, turn <= 1 ? "from the base commit" : `as after turn ${turn - 1}`]);
}

export function deliverSummary({ branch, status }: { branch: string; status: string }): string {
  return bounded([`deliver ${branch}`, status]);
}

/** `list the tasks from a command`. */
export function listTasksSummary(fanOut: FanOut | undefined): string {
  const from = { list: "the goal", command: "a command", files: "files", planner: "the planner" };
  return line(fanOut === undefined ? "list the tasks" : `list the tasks from ${from[fanOut.tasks.kind]}`);
}

/** `merge 3 · 16 tasks · fix-a, fix-b, …`. */
export function mergeSummary({ merge, tasks }: { merge: number; tasks: readonly { readonly name: string }[] }): string {
  return bounded([`merge ${merge}`, count(tasks.length, "task", "tasks"), tasks.map(({ name }) => name).join(", ")]);
}

export function answerWaitSummary(question: string): string {
  return line(`waiting for an answer: ${question}`);
}

export function pauseWaitSummary(by?: string): string {
  return line(by === undefined ? "paused" : `paused by ${by}`);
}

/** `rate limited: next try in 60 s`. */
export function backOffSummary({ reason, waitMs }: { reason: string; waitMs: number }): string {
  return line(`${oneLine(reason, 120)}: next try in ${duration(waitMs)}`);
}

function count(value: number, one: string, many: string): string {
  return `${value} ${value === 1 ? one : many}`;
}

function bounded(parts: readonly string[]): string {
  return line(parts.join(" · "));
}

function line(text: string): string {
  let result = oneLine(text, summaryLength);
  while (utf8Bytes(result) > summaryBytes) result = oneLine(result, Math.floor(result.length * 0.9));
  return result;
}
