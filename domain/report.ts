import { keepStart, oneLine } from "./bounded-text.ts";
import { budgetLines } from "./budget-lines.ts";
import type { Goal } from "./goal.ts";
import { bullets, cell, fenced, inert } from "./markdown.ts";
import { dollars, duration, metricText, tokens } from "./quantities.ts";
import { costSection, findingsSection, reviewSection, turnsSection } from "./report-facts.ts";
import { findingText, openFindings } from "./review.ts";
import type { ThreadView } from "./thread-view.ts";
import type { Changes } from "./turn.ts";

/** What a report needs beside the thread's view. */
export interface ReportExtras {
  readonly goal: Pick<Goal, "done" | "risk" | "verify" | "background">;
  readonly changes: Changes | null;
  /** `git diff --stat` from base to result; empty when unknown. */
  readonly diffstat: string;
  /** The agent's last message; shown as a claim. */
  readonly claim: string;
  readonly pushedTo?: string;
}

const reportBytes = 200_000;

/** Markdown for the person who reviews what a settled thread made. */
export function threadReport(view: ThreadView, extras: ReportExtras): string {
  const parts = [
    `# ${inert(oneLine(view.goal, 120))}`,
    outcomeSection(view, extras),
    changesSection(view, extras),
    evidenceSection(view, extras),
    findingsSection(view),
    risksSection(view, extras),
    followUpsSection(view, extras),
    turnsSection(view),
    costSection(view),
    reviewSection(view, extras),
  ];
  return `${keepStart(parts.filter((part) => part !== "").join("\n\n"), reportBytes)}\n`;
}

function outcomeSection(view: ThreadView, { pushedTo }: ReportExtras): string {
  const lines = [
    `Thread \`${view.id}\` is **${view.status}**${view.reason === "" ? "." : `: ${inert(view.reason)}`}`,
    `${view.turn} ${view.turn === 1 ? "turn" : "turns"} by ${inert(view.agent)}, judged by ${inert(view.judge)}; ${spentInShort(view)}.`,
    view.delivered
      ? `The result is on branch \`${view.branch}\`${pushedTo === undefined ? "" : `, pushed to ${inert(pushedTo)}`}.`
      : "Nothing was delivered to your repository.",
  ];
  return lines.join("\n\n");
}

function spentInShort({ spent }: ThreadView): string {
  const cost = spent.usd === undefined ? "" : `, ${dollars(spent.usd)}`;
  return `${duration(spent.timeMs)} of work, ${tokens(spent.tokens)} tokens${cost}`;
}

function changesSection(view: ThreadView, { diffstat, changes, claim }: ReportExtras): string {
  const files = changes?.files ?? view.changes?.files ?? 0;
  const count =
    files === 0
      ? "No file differs from the base commit."
      : `${files} ${files === 1 ? "file differs" : "files differ"} from the base commit.`;
  const stat = diffstat.trim() === "" ? "" : fenced(keepStart(diffstat, 20_000));
  const said = claim.trim() === "" ? "" : `The agent's own words (a claim, not evidence):\n\n${fenced(keepStart(claim, 4_000))}`;
  return ["## What changed", count, stat, said].filter((part) => part !== "").join("\n\n");
}

function evidenceSection(view: ThreadView, { goal }: ReportExtras): string {
  const parts = ["## Evidence", criteriaPart(view, goal.done), checksPart(view)];
  return parts.filter((part) => part !== "").join("\n\n");
}

function criteriaPart({ verdict, judge }: ThreadView, done: readonly string[]): string {
  if (verdict === null) return done.length === 0 ? "" : unjudged(judge, done);
  const rows = verdict.criteria.map(
    ({ criterion, status, evidence }) => `| ${cell(criterion)} | ${status} | ${cell(evidence)} |`,
  );
  const table = rows.length === 0 ? [] : ["", "| criterion | verdict | evidence |", "|---|---|---|", ...rows];
  const reason = verdict.reason === "" ? "" : `: ${inert(verdict.reason)}`;
  return [`The judge says **${verdict.overall}**${reason}`, ...table].join("\n");
}

function unjudged(judge: string, done: readonly string[]): string {
  const why = judge === "none" ? "The goal has no judge" : "The judge was not asked";
  return `${why}; nobody decided about these criteria:\n\n${bullets(done.map(inert))}`;
}

function checksPart({ checks }: ThreadView): string {
  if (checks.length === 0) return "No checks: the goal has none.";
  const rows = checks.map(
    (check) =>
      `| ${cell(check.name)} | ${check.status} | ${cell(check.metric === undefined ? "" : metricText(check.metric))} | ${duration(check.durationMs)} | ${cell(check.reason ?? "")} |`,
  );
  return ["| check | status | metric | took | why |", "|---|---|---|---|---|", ...rows].join("\n");
}

function risksSection(view: ThreadView, { goal }: ReportExtras): string {
  const unmetered = budgetLines(view.budget, view.spent).some((line) => line.dimension === "usd" && line.used === "unknown");
  const lines = [
    ...goal.risk.map((boundary) => `Boundary of the contract, look whether it was respected: ${inert(boundary)}`),
    ...(view.checks.length === 0 ? ["No command checked the result; it rests on the judge alone."] : []),
    ...(view.judge === "none"
      ? [`Nobody judged the result; it rests on the checks${view.review === undefined ? "" : " and the review"} alone.`]
      : []),
    ...(unmetered ? ["The agent told no cost, so the cost limit could not be enforced."] : []),
  ];
  return lines.length === 0 ? "" : `## Risks\n\n${bullets(lines)}`;
}

function followUpsSection(view: ThreadView, { changes }: ReportExtras): string {
  const outside = changes?.outOfScope ?? view.changes?.outOfScope ?? [];
  const uncounted = (changes?.outOfScopeCount ?? outside.length) - outside.length;
  const lines = [
    ...outside.map((path) => `Changed outside the scope: \`${path}\``),
    ...(uncounted > 0 ? [`… and ${uncounted} more paths outside the scope`] : []),
    ...(changes?.restored ?? []).map((path) => `The agent changed a protected path; Baton put it back: \`${path}\``),
    ...view.questions.map((question) => `Not answered: ${inert(question.text)}`),
    ...view.steering.map((text) => `Never given to the agent: ${inert(oneLine(text, 300))}`),
    ...view.checks.filter((check) => check.status !== "passed").map((check) => `Check ${inert(check.name)}: ${check.status}`),
    ...openFindings(view.review).map((finding) => `Finding of the reviewer: ${inert(oneLine(findingText(finding), 300))}`),
    ...(view.verdict?.criteria ?? [])
      .filter((each) => each.status !== "met")
      .map((each) => `Criterion ${each.status}: ${inert(each.criterion)}`),
  ];
  return `## Open\n\n${lines.length === 0 ? "Nothing." : bullets(lines)}`;
}
