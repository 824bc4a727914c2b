// Built from strings: control characters inside a regular expression literal are easy to lose in an editor.
const escapeSequences = new RegExp(
  [
    "\\u001b\\][^\\u0007\\u001b]{0,4096}(?:\\u0007|\\u001b\\\\)",
    "[\\u001b\\u009b][\\[\\]()#;?]*(?:\\d{0,4}(?:[;:]\\d{0,4})*)?[\\dA-PR-TZcf-nq-uy=><~]",
    "\\u001b.?",
  ].join("|"),
  "g",
);
// Bidirectional controls may make a line read otherwise than it is.
const invisible = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Output as a person may read it: no terminal sequences, no control characters but newline and tab, progress bars at their last state. */
export function cleanText(text: string): string {
  return text
    .replace(escapeSequences, "")
    .replace(/\r+\n/g, "\n")
    .split("\n")
    .map((line) => lastState(line).replace(invisible, ""))
    .join("\n");
}

/** A carriage return starts the line again; what it wrote last is what stays on a screen. */
function lastState(line: string): string {
  if (!line.includes("\r")) return line;
  return line.split("\r").findLast((part) => part.trim() !== "") ?? "";
}
