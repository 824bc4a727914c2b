import { stripVTControlCharacters } from "node:util";

// Built from a string: escape characters inside a regular expression literal are easy to lose in an editor.
const pieces = new RegExp(String.raw`\u001b\[[0-9;]*m|.`, "gsu");
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** East Asian letters and pictures take two columns. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** Columns that a text takes on a terminal, styles apart. */
export function widthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).reduce((sum, character) => sum + columnsOf(character), 0);
}

/** A line within so many columns; its styles still end where they did. */
export function cutToWidth(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  let left = columns - 1;
  let cut = "";
  for (const piece of line.match(pieces) ?? []) {
    const width = piece.length > 2 ? 0 : columnsOf(piece);
    if (width > 0 && left < 0) continue;
    left -= width;
    cut += width > 0 && left < 0 ? "…" : piece;
  }
  return cut;
}

/** The rows that a text without styles takes on a terminal of so many columns. */
export function rowsOf(text: string, columns: number): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const rows: string[] = [];
    let row = "";
    for (const character of line) {
      if (widthOf(row + character) > columns) {
        rows.push(row);
        row = "";
      }
      row += character;
    }
    return [...rows, row];
  });
}

function columnsOf(character: string): number {
  if (zeroWidth.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
