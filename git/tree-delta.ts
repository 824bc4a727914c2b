import { treeEntries } from "./tree-entries.ts";

interface Trees {
  readonly before: Buffer;
  readonly after: Buffer;
  /** Hexadecimal digits of an object id. */
  readonly idLength: number;
}

/** Longest run of bytes that one instruction can insert. */
const mostInserted = 127;
/** Copies are told with a length of three bytes at most. */
const mostCopied = 0xffffff;

/**
 * A tree as git's difference to another one: copies of the entries that both have, and the bytes of the others. Ids do not
 * compress, so that a folder of many entries costs kilobytes otherwise. Undefined when that is not shorter.
 * Format: https://git-scm.com/docs/pack-format#_deltified_representation
 */
export function treeDelta({ before, after, idLength }: Trees): Buffer | undefined {
  const known = new Map(treeEntries(before, idLength).map(({ start, end }) => [before.toString("latin1", start, end), start]));
  const runs: Run[] = [];
  for (const { start, end } of treeEntries(after, idLength)) {
    const found = known.get(after.toString("latin1", start, end));
    const [copied, from, length] = [found !== undefined, found ?? start, end - start];
    const last = runs.at(-1);
    if (last?.copied === copied && last.from + last.length === from) last.length += length;
    else runs.push({ copied, from, length });
  }
  const told = runs.flatMap((run) => (run.copied ? copies(run) : inserts(after.subarray(run.from, run.from + run.length))));
  const delta = Buffer.concat([sizeOf(before), sizeOf(after), ...told]);
  return delta.length < after.length ? delta : undefined;
}

/** Bytes that stand in `before` when they are copied, in `after` when they are inserted. */
interface Run {
  readonly copied: boolean;
  readonly from: number;
  length: number;
}

/** Seven bits a byte, lowest first. */
function sizeOf({ length }: Buffer): Buffer {
  const bytes: number[] = [];
  let left = length;
  for (; left > 127; left >>>= 7) bytes.push((left & 127) | 128);
  return Buffer.from([...bytes, left]);
}

function copies({ from, length }: Run): Buffer[] {
  const parts: Buffer[] = [];
  for (let done = 0; done < length; done += mostCopied) {
    const head = Buffer.alloc(8);
    head[0] = 0xff;
    head.writeUInt32LE(from + done, 1);
    head.writeUIntLE(Math.min(mostCopied, length - done), 5, 3);
    parts.push(head);
  }
  return parts;
}

function inserts(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += mostInserted) {
    const run = bytes.subarray(at, at + mostInserted);
    parts.push(Buffer.from([run.length]), run);
  }
  return parts;
}
