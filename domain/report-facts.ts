import { oneLine } from "./bounded-text.ts";
import { budgetLines } from "./budget-lines.ts";
import { bullets, cell, fenced, inert } from "./markdown.ts";
import { dollars, tokens } from "./quantities.ts";
import { findingText } from "./review.ts";
import type { ThreadView, TurnSummary } from "./thread-view.ts";

export function turnsSection({ turns }: ThreadView): string {
  if (turns.length === 0) return "";
  const head = ["| turn | outcome | checks | judge | files | tokens | cost | commit |", "|---|---|---|---|---|---|---|---|"];
  return ["## Turns", "", ...head, ...turns.map(turnRow)].join("\n");
}

function turnRow(turn: TurnSummary): string {
  const columns = [
    turn.attempt > 1 ? `${turn.turn} (attempt ${turn.attempt})` : String(turn.turn),
    cell(oneLine(turn.outcome, 120)),
    turn.of === undefined ? "" : `${turn.passed ?? 0} of ${turn.of}`,
    cell(turn.verdict ?? ""),
    String(turn.files),
    tokens(turn.tokens),
    turn.usd === undefined ? "" : dollars(turn.usd),
    `\`${turn.commit.slice(0, 12)}\``,
  ];
  return `| ${columns.join(" | ")} |`;
}

export function costSection({ budget, spent }: ThreadView): string {
  const rows = budgetLines(budget, spent).map(({ name, used, limit }) => `| ${name} | ${used} | ${limit ?? "unlimited"} |`);
  return rows.length === 0 ? "" : ["## Cost", "", "| | used | limit |", "|---|---|---|", ...rows].join("\n");
}

/** What the reviewer said last of the work; findings that its rounds did not settle are open. */
export function findingsSection({ review }: ThreadView): string {
  if (review === undefined) return "";
  const { reviewer, outcome, round, rounds, findings } = review;
  if (outcome === "not reviewed") return `## Review\n\n${inert(reviewer)} did not review the result.`;
  const went = `Findings went back to the worker ${round} of at most ${rounds} ${rounds === 1 ? "time" : "times"}.`;
  const said =
    outcome === "approved"
      ? `${inert(reviewer)} **approved** what it saw last. ${went}`
      : `${inert(reviewer)} **objected** to what it saw last. ${went} A person has to read the open findings.`;
  const list = (title: string, blocking: boolean) => {
    const texts = findings.filter((each) => each.blocking === blocking).map((each) => inert(findingText(each)));
    return texts.length === 0 ? [] : [`${title}:\n\n${bullets(texts)}`];
  };
  return ["## Review", said, ...list("Open findings", true), ...list("Remarks", false)].join("\n\n");
}

/** How to look at the result, take it over, and get rid of it again. */
export function reviewSection(view: ThreadView, { pushedTo }: { readonly pushedTo?: string }): string {
  const base = view.base.slice(0, 12);
  if (!view.delivered) {
    const look = [`baton diff ${view.id}`, `baton logs ${view.id}`].join("\n");
    return `## How to review\n\n${fenced(look, "sh")}`;
  }
  const branch = shellWord(view.branch);
  const review = [`git log ${base}..${branch}`, `git diff ${base}..${branch}`, `git merge ${branch}`].join("\n");
  const undo = [
    `git branch -D ${branch}`,
    ...(pushedTo === undefined ? [] : [`git push ${shellWord(pushedTo)} --delete ${branch}`]),
  ].join("\n");
  return `## How to review\n\n${fenced(review, "sh")}\n\n## How to undo\n\nYour own branches were not touched. To throw the result away:\n\n${fenced(undo, "sh")}`;
}

function shellWord(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
