/** A fenced block around text of any content: the fence is longer than every run of backticks inside. */
export function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), (run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n+$/, "")}\n${fence}`;
}

export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item.replace(/\n/g, "\n  ")}`).join("\n");
}

/** Text inside a table cell: one line that cannot end the cell or become HTML. */
export function cell(text: string): string {
  return inert(text).replace(/\s+/g, " ").replaceAll("|", "\\|").trim();
}

/** Text of strangers that is shown as it is: no HTML, no image that a viewer would fetch. */
export function inert(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("![", "!\\[");
}
