import { cleanText } from "../domain/clean-text.ts";
import { dollars, tokens } from "../domain/quantities.ts";
import type { ThreadStatus, ThreadView, TurnSummary } from "../domain/thread-view.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { Paint, Tone } from "./output.ts";
import { renderCheck } from "./progress/render-check.ts";
import { renderQuestion } from "./progress/render-question.ts";
import { oneLine, plural } from "./render-text.ts";
import { renderBudget } from "./render-budget.ts";
import { renderReview } from "./render-review.ts";
import { renderTable } from "./render-table.ts";

const statusTones: Readonly<Record<ThreadStatus, Tone>> = {
  running: "strong",
  waiting: "warn",
  paused: "warn",
  moving: "strong",
  achieved: "good",
  failed: "bad",
  stopped: "bad",
  moved: "dim",
};

export function renderStatus(status: ThreadStatus, paint: Paint): string {
  return paint(statusTones[status] ?? "plain", status);
}

/** A thread for people: what it is for, where it stands, what it cost, what it asks. */
export function renderView(view: ThreadView, paint: Paint): readonly string[] {
  const sections = [
    headOf(view, paint),
    section(
      "checks",
      view.checks.map((check) => renderCheck(check, paint)),
    ),
    renderReview(view.review, paint),
    renderVerdict(view.verdict, paint),
    section("turns", turnRows(view.turns.slice(-10))),
    section("spent", renderBudget(view)),
    section(
      "steering not yet given to the agent",
      view.steering.map((text) => oneLine(text)),
    ),
    view.questions.flatMap((question) => renderQuestion(view, question, paint)),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
}

function headOf(view: ThreadView, paint: Paint): readonly string[] {
  const goal = cleanText(view.goal).trim().split("\n");
  const status = [
    renderStatus(view.status, paint),
    ...[view.doing, view.reason].filter((text) => text !== "" && text !== view.status).map((text) => oneLine(text)),
  ];
  const rows = [
    ["thread", paint("strong", view.id)],
    ["status", status.join(" · ")],
    [
      "turn",
      `${view.turn}${view.attempt > 1 ? ` (attempt ${view.attempt})` : ""}${view.host === null ? "" : ` on ${view.host}`}`,
    ],
    ["agent", `${view.agent}, judged by ${view.judge}${view.session === null ? "" : `, session ${view.session.id}`}`],
    ["branch", `${view.branch}${view.delivered ? " (delivered)" : " (not delivered yet)"}`],
    ["base", `${view.base.slice(0, 10)} of ${view.repository}`],
    ["checkpoint", checkpointText(view)],
    ["changes", changesText(view)],
    ...takenBackRows(view),
    ["opened", `${view.openedAt} by ${view.owner}${view.settledAt === null ? "" : `, settled ${view.settledAt}`}`],
  ];
  return [paint("strong", goal[0] ?? ""), ...goal.slice(1), "", ...renderTable(rows)];
}

function takenBackRows({ id, takenBack }: ThreadView): string[][] {
  if (takenBack === undefined) return [];
  const copy = `${takenBack.from.split(":")[0]}:${id}`;
  return [["taken back", `from ${takenBack.from}; should a copy of it run there again: baton stop ${copy}`]];
}

function checkpointText({ checkpoint }: ThreadView): string {
  return checkpoint === null ? "none yet" : `${checkpoint.commit.slice(0, 10)} after turn ${checkpoint.turn}`;
}

function changesText({ changes }: ThreadView): string {
  if (changes === null) return "none yet";
  const outside =
    changes.outOfScope.length === 0 ? "" : `, out of scope: ${changes.outOfScope.map((path) => oneLine(path)).join(", ")}`;
  return `${plural(changes.files, "file")}${outside}`;
}

const criterionTones: Readonly<Record<string, Tone>> = { met: "good", "not yet": "warn", impossible: "bad", "not judged": "bad" };

/** The judge's answer, criterion by criterion. */
export function renderVerdict(verdict: Verdict | null, paint: Paint): readonly string[] {
  if (verdict === null) return [];
  const overall = paint(criterionTones[verdict.overall] ?? "plain", verdict.overall);
  const criteria = verdict.criteria.flatMap(({ criterion, status, evidence }) => [
    `${paint(criterionTones[status] ?? "plain", status)} · ${oneLine(criterion, 200)}`,
    ...(evidence === "" ? [] : [`  ${oneLine(evidence, 300)}`]),
  ]);
  return section(`verdict: ${overall}${verdict.reason === "" ? "" : ` · ${oneLine(verdict.reason, 400)}`}`, criteria);
}

function turnRows(turns: readonly TurnSummary[]): readonly string[] {
  return renderTable(
    turns.map((turn) => [
      String(turn.turn),
      oneLine(turn.outcome, 60),
      plural(turn.files, "file"),
      `${tokens(turn.tokens)} tokens`,
      turn.usd === undefined ? "" : dollars(turn.usd),
      turn.of === undefined ? "" : `${turn.passed ?? 0} of ${plural(turn.of, "check")}`,
      [turn.review, turn.verdict].filter((text) => text !== undefined).join(", "),
    ]),
  );
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 && !title.startsWith("verdict") ? [] : [title, ...lines.map((line) => `  ${line}`)];
}
