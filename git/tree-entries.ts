export interface TreeEntryAt {
  readonly name: string;
  readonly id: string;
  readonly kind: "tree" | "blob" | "link";
  /** Where its bytes are in the tree object. */
  readonly start: number;
  readonly end: number;
}

/** The entries of a tree object in their order; names are bytes, one character each. `idLength` is in hexadecimal digits. */
export function treeEntries(content: Buffer, idLength: number): TreeEntryAt[] {
  const entries: TreeEntryAt[] = [];
  for (let start = 0; start < content.length;) {
    const idAt = content.indexOf(0, start) + 1;
    const end = idAt + idLength / 2;
    const [mode = "", ...name] = content.toString("latin1", start, idAt - 1).split(" ");
    const kind = mode === "40000" ? "tree" : mode === "160000" ? "link" : "blob";
    entries.push({ name: name.join(" "), id: content.toString("hex", idAt, end), kind, start, end });
    start = end;
  }
  return entries;
}
