import { dollars, duration, tokens } from "../../domain/quantities.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import type { Paint } from "../output.ts";
import { renderReview } from "../render-review.ts";
import { oneLine, plural } from "../render-text.ts";
import { renderStatus, renderVerdict } from "../render-view.ts";
import { renderCheck } from "./render-check.ts";

/** The last words about a settled thread: result, evidence, where the work is, what to do with it. */
export function renderEnding(view: ThreadView, url: string | undefined, paint: Paint): readonly string[] {
  return [
    [renderStatus(view.status, paint), paint("strong", view.id), spentText(view)].join(" · "),
    ...(view.reason === "" ? [] : [`  ${oneLine(view.reason, 400)}`]),
    ...view.checks.map((check) => `  ${renderCheck(check, paint)}`),
    ...renderReview(view.review, paint).map((line) => `  ${line}`),
    ...renderVerdict(view.verdict, paint).map((line) => `  ${line}`),
    ...(view.delivered ? [`  branch ${view.branch}${filesText(view)}`] : []),
    ...(url === undefined ? [] : [`  Temporal UI ${url}`]),
    "",
    "next:",
    ...nextSteps(view).map((step) => `  ${step}`),
  ];
}

function spentText({ turn, spent }: ThreadView): string {
  const facts = [plural(turn, "turn"), `${tokens(spent.tokens)} tokens`, duration(spent.timeMs)];
  return [...facts, ...(spent.usd === undefined ? [] : [dollars(spent.usd)])].join(", ");
}

function filesText({ changes }: ThreadView): string {
  return changes === null ? "" : ` (${plural(changes.files, "file")} changed)`;
}

function nextSteps(view: ThreadView): readonly string[] {
  return [
    ...(view.report === null ? [] : [`baton show ${view.id} --report`]),
    ...(view.checkpoint === null ? [] : [`baton diff ${view.id}`]),
    ...(view.status === "achieved" && view.delivered ? [`git merge ${view.branch}`] : []),
    ...(view.status === "achieved" ? [] : [`baton logs ${view.id}`]),
  ];
}
