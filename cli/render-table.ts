import { widthOf } from "./terminal-width.ts";

/** Left-aligned columns, two spaces apart; the last one runs free. */
export function renderTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  return rows.map((row) =>
    row
      .map((cell, index) => cell + " ".repeat(widths[index]! - widthOf(cell)))
      .join("  ")
      .trimEnd(),
  );
}
