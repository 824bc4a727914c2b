import { open, readFile, stat } from "node:fs/promises";

/** `delta`: it is there, but only reading it would tell what it is. */
export type PackedType = "commit" | "tree" | "blob" | "tag" | "delta";

const types: readonly (PackedType | undefined)[] = [undefined, "commit", "tree", "blob", "tag", undefined, "delta", "delta"];
const indexBytes = 1024 * 1024;
const fanoutAt = 8;
const namesAt = fanoutAt + 256 * 4;

/**
 * Types of those objects that a pack holds, read from its index without starting a process. What it lacks, or what cannot
 * be told (a large or unusual index) is left out. `path` is the pack's, without `.pack`.
 */
export async function packedTypes(path: string, ids: readonly string[]): Promise<ReadonlyMap<string, PackedType>> {
  const found = new Map<string, PackedType>();
  if ((await stat(`${path}.idx`)).size > indexBytes) return found;
  const index = await readFile(`${path}.idx`);
  if (index.readUInt32BE(0) !== 0xff744f63 || index.readUInt32BE(4) !== 2) return found;
  const pack = await open(`${path}.pack`, "r");
  try {
    for (const id of ids) {
      const offset = offsetOf(index, Buffer.from(id, "hex"));
      if (offset === undefined) continue;
      const head = Buffer.alloc(1);
      await pack.read(head, 0, 1, offset);
      const type = types[((head[0] ?? 0) >> 4) & 7];
      if (type !== undefined) found.set(id, type);
    }
  } finally {
    await pack.close();
  }
  return found;
}

function offsetOf(index: Buffer, id: Buffer): number | undefined {
  const count = index.readUInt32BE(namesAt - 4);
  const first = id[0] ?? 0;
  const from = first === 0 ? 0 : index.readUInt32BE(fanoutAt + (first - 1) * 4);
  const to = index.readUInt32BE(fanoutAt + first * 4);
  for (let at = from; at < to; at += 1) {
    const name = namesAt + at * id.length;
    if (!index.subarray(name, name + id.length).equals(id)) continue;
    const offset = index.readUInt32BE(namesAt + count * (id.length + 4) + at * 4);
    // The top bit marks a 64-bit offset, which no pack with so small an index needs.
    return offset >= 0x80000000 ? undefined : offset;
  }
  return undefined;
}
