import { mkdtemp, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import { git, runGit, type GitResult } from "../../git/git.ts";
import { diskFull } from "../failure-status.ts";
import { hubLimits } from "../limits.ts";
import { packedTypes } from "./packed-types.ts";

const indexPack = ["index-pack", "--stdin", "--fix-thin", "--check-self-contained-and-connected"];

export interface ReceivedPack {
  /** Packs that the repository has now. */
  readonly packs: number;
}

interface Incoming {
  readonly gitDir: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Indexes a thin pack beside the repository's own packs and moves it in when every link of its objects leads to an
 * object that is there and so do the `named` ones, the first of which must be a commit. Nothing of a refused pack stays.
 */
export async function receivePack(
  gitDir: string,
  named: readonly string[],
  pack: AsyncIterable<Uint8Array>,
): Promise<ReceivedPack> {
  const objects = join(gitDir, "objects");
  const incoming = await mkdtemp(join(objects, "incoming-"));
  try {
    const env = { GIT_OBJECT_DIRECTORY: incoming, GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(objects) };
    const result = await runGit(indexPack, { cwd: gitDir, gitDir, env, stdin: pack, idleMs: hubLimits.indexMs });
    // Exit code 1 means that the pack is sound but builds on objects outside it, as thin packs do.
    const made = result.code <= 1 ? /^(?:pack|keep)\t([0-9a-f]+)/.exec(result.stdout.toString("latin1")) : null;
    if (made === null) throw refused(gitDir, result);
    await checkNamed({ gitDir, env }, join(incoming, "pack", `pack-${made[1]}`), named);
    await moveIn(join(incoming, "pack"), join(objects, "pack"));
    return { packs: await countPacks(join(objects, "pack")) };
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

/** Merges small packs into bigger ones, so that looking an object up stays cheap. Loses nothing, reachable or not. */
export async function consolidatePacks(gitDir: string): Promise<void> {
  await git(["repack", "--geometric=2", "-d", "-q", "-n"], { cwd: gitDir, gitDir, timeoutMs: 60_000 });
}

async function checkNamed(incoming: Incoming, path: string, named: readonly string[]): Promise<void> {
  const packed = await packedTypes(path, named);
  const elsewhere = named.filter((id, index) => !packed.has(id) || (index === 0 && packed.get(id) === "delta"));
  const types = new Map<string, string>([...packed, ...(elsewhere.length === 0 ? [] : await storedTypes(incoming, elsewhere))]);
  named.forEach((id, index) => {
    const type = types.get(id);
    if (type === undefined) throw invalid(incoming.gitDir, `object ${id} is neither in the pack nor in the hub`);
    if (index === 0 && type !== "commit") throw invalid(incoming.gitDir, `${id} is a ${type}, not a commit`);
  });
}

async function storedTypes({ gitDir, env }: Incoming, ids: readonly string[]): Promise<[string, string][]> {
  const args = ["cat-file", "--batch-check=%(objectname) %(objecttype)"];
  const output = await git(args, { cwd: gitDir, gitDir, env, stdin: `${ids.join("\n")}\n` });
  const lines = output.toString().trimEnd().split("\n");
  return lines.map((line) => line.split(" ") as [string, string]).filter(([, type]) => type !== "missing");
}

/** Index last: git sees a pack by its index, and must not see half of it. */
async function moveIn(from: string, to: string): Promise<void> {
  const made = (await readdir(from)).sort((a, b) => Number(a.endsWith(".idx")) - Number(b.endsWith(".idx")));
  for (const name of made) await rename(join(from, name), join(to, name));
  const folder = await open(to, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function countPacks(folder: string): Promise<number> {
  return (await readdir(folder)).filter((name) => name.endsWith(".pack")).length;
}

function refused(gitDir: string, result: GitResult): BatonFailure {
  const said = result.stderr.split("\n").at(-1) || `exit code ${result.code}`;
  if (/no space left on device|disk quota exceeded/i.test(result.stderr)) return diskFull(new Error(said));
  return invalid(gitDir, said);
}

function invalid(gitDir: string, why: string): BatonFailure {
  return new BatonFailure("Usage", `The hub refused a pack: ${why}`, {
    where: gitDir,
    next: "ask the hub what it has and send a pack that builds on that",
  });
}
