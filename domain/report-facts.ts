import { oneLine } from "./bounded-text.ts";
import { budgetLines } from "./budget-lines.ts";
import { cell, fenced } from "./markdown.ts";
import { dollars, tokens } from "./quantities.ts";
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
