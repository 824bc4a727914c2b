import { cleanText } from "../../domain/clean-text.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import type { Paint } from "../output.ts";
import { cutToWidth, rowsOf } from "../terminal-width.ts";
import { renderTree, type Tree } from "./render-tree.ts";

export interface Screen {
  readonly rows: number;
  readonly columns: number;
  readonly paint: Paint;
}

/** Head and bar, and how many more there are. */
const aroundRows = 3;
const fewestRows = 5;

/** A tree and what its thread asks, each line one row of the screen, and no more of them than it has. */
export function frameTree(
  tree: Tree,
  { questions: [question] }: Pick<ThreadView, "questions">,
  screen: Screen,
): readonly string[] {
  const { rows, columns, paint } = screen;
  const asks =
    question === undefined
      ? []
      : [
          "",
          ...rowsOf(`asks (${question.id}): ${cleanText(question.text)}`, columns).map((row) => paint("warn", row)),
          ...rowsOf(`  ${cleanText(question.next)}`, columns),
        ];
  // The cursor has the last row.
  const room = Math.max(fewestRows, rows - 1 - asks.length);
  const lines = renderTree(tree, { paint, most: room - aroundRows }).map((line) => cutToWidth(line, columns));
  return [...lines.slice(0, room), ...asks].slice(-Math.max(1, rows - 1));
}
