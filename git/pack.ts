import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { BatonFailure } from "../domain/failure.ts";
import { git, gitFailure, runGit } from "./git.ts";
import { presentObjects } from "./object-store.ts";

export interface PackRequest {
  readonly gitDir: string;
  readonly wants: readonly string[];
  /** Commits the receiver has; those unknown here are left out. */
  readonly haves: readonly string[];
}

/** A pack of this size or less, with few objects, is stored as loose objects: packs would pile up, one a turn. */
const smallBytes = 1024 * 1024;
const smallObjects = 100;
const queueBytes = 1024 * 1024;
const idleMs = 10 * 60_000;

/** A thin pack of everything the wants need and the haves lack. */
export async function* packObjects(request: PackRequest): AsyncGenerator<Uint8Array> {
  const { gitDir, haves } = request;
  let begun = false;
  try {
    for await (const chunk of pack(request)) {
      begun = true;
      yield chunk;
    }
    return;
  } catch (error) {
    if (begun || haves.length === 0) throw error;
  }
  // Git refuses haves that are not here. They are rare, and asking first would cost a process each time.
  yield* pack({ ...request, haves: await presentObjects(gitDir, haves) });
}

async function* pack({ gitDir, wants, haves }: PackRequest): AsyncGenerator<Uint8Array> {
  const revisions = [...wants, ...haves.map((id) => `^${id}`)].join("\n");
  const args = ["pack-objects", "--revs", "--thin", "--stdout", "--delta-base-offset", "-q", "--threads=1"];
  const abort = new AbortController();
  const queue = createQueue();
  const packing = runGit(args, {
    cwd: gitDir,
    gitDir,
    stdin: `${revisions}\n`,
    onStdout: (chunk) => queue.push(chunk),
    idleMs,
    signal: abort.signal,
  })
    .then((result) => queue.end(result.code === 0 ? undefined : gitFailure(args, gitDir, result)))
    .catch((error: unknown) => queue.end(error));
  try {
    yield* queue.chunks();
  } finally {
    abort.abort();
    queue.end(undefined);
    await packing;
  }
}

/** Stores a pack's objects. A pack that is cut short or damaged is refused and leaves nothing behind. */
export async function indexPack({ gitDir }: { readonly gitDir: string }, content: AsyncIterable<Uint8Array>): Promise<void> {
  const chunks = content[Symbol.asyncIterator]();
  const start = await readStart(chunks);
  const head = Buffer.concat(start.chunks);
  if (head.length < 32 || head.toString("latin1", 0, 4) !== "PACK") {
    throw new BatonFailure("Workspace", "The received pack is damaged: it does not start like a pack", { where: gitDir });
  }
  if (start.complete && head.readUInt32BE(8) <= smallObjects) {
    // One flush for all: what the hub has confirmed outlives a power cut.
    await git(["-c", "core.fsync=all", "-c", "core.fsyncMethod=batch", "unpack-objects", "-q"], {
      cwd: gitDir,
      gitDir,
      stdin: head,
    });
    return;
  }
  await indexLargePack(gitDir, rest(head, chunks));
}

async function readStart(chunks: AsyncIterator<Uint8Array>): Promise<{ chunks: Uint8Array[]; complete: boolean }> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  while (bytes <= smallBytes) {
    const next = await chunks.next();
    if (next.done) return { chunks: read, complete: true };
    read.push(next.value);
    bytes += next.value.length;
  }
  return { chunks: read, complete: false };
}

async function* rest(head: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  while (true) {
    const next = await chunks.next();
    if (next.done) return;
    yield next.value;
  }
}

/** Indexes beside the store's own packs, then moves the result in, index last, so that a cut never shows half a pack. */
async function indexLargePack(gitDir: string, pack: AsyncIterable<Uint8Array>): Promise<void> {
  const objects = (await git(["rev-parse", "--path-format=absolute", "--git-path", "objects"], { cwd: gitDir, gitDir }))
    .toString("latin1")
    .trimEnd();
  const incoming = await mkdtemp(join(Buffer.from(objects, "latin1").toString(), "incoming-"));
  try {
    const env = { GIT_OBJECT_DIRECTORY: incoming, GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(join(incoming, "..")) };
    await git(["index-pack", "--stdin", "--fix-thin"], { cwd: gitDir, gitDir, env, stdin: pack, idleMs });
    const made = await readdir(join(incoming, "pack"));
    const order = made.filter((name) => name.startsWith("pack-")).sort((a, b) => rank(a) - rank(b));
    for (const name of order) await rename(join(incoming, "pack", name), join(incoming, "..", "pack", name));
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

function rank(name: string): number {
  return name.endsWith(".idx") ? 1 : 0;
}

interface Queue {
  /** Gives a promise while the reader is behind. */
  push(chunk: Uint8Array): void | Promise<void>;
  end(error: unknown): void;
  chunks(): AsyncGenerator<Uint8Array>;
}

function createQueue(): Queue {
  const waiting: Uint8Array[] = [];
  let bytes = 0;
  let ended: { readonly error: unknown } | undefined;
  let wake: () => void = () => undefined;
  let drained: () => void = () => undefined;
  return {
    push(chunk) {
      if (ended !== undefined) return;
      waiting.push(chunk);
      bytes += chunk.length;
      wake();
      if (bytes > queueBytes) return new Promise((resolve) => (drained = resolve));
    },
    end(error) {
      ended ??= { error };
      wake();
      drained();
    },
    async *chunks() {
      while (true) {
        const chunk = waiting.shift();
        if (chunk !== undefined) {
          bytes -= chunk.length;
          if (bytes <= queueBytes) drained();
          yield chunk;
        } else if (ended !== undefined) {
          if (ended.error !== undefined) throw ended.error;
          return;
        } else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
