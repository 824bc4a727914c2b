import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "../../git/git.ts";
import { hubLimits } from "../limits.ts";
import { listRefs } from "./refs.ts";

const mark = "baton-to-prune";
const tidyMs = 600_000;

/** Says that objects may have become unreachable; set before refs go, so that a kill in between loses nothing. */
export async function markForPruning(gitDir: string): Promise<void> {
  await writeFile(join(gitDir, mark), "");
}

export async function isMarked(gitDir: string): Promise<boolean> {
  return stat(join(gitDir, mark)).then(
    () => true,
    () => false,
  );
}

/** Bases that nobody pushed or asked for since an instant (milliseconds since the epoch). */
export async function oldBases(gitDir: string, before: number): Promise<string[]> {
  const bases = await listRefs(join(gitDir, "refs/baton/bases"));
  return bases.filter(({ at }) => at <= before).map(({ path }) => path);
}

/** Drops objects that no ref reaches. Young ones stay: a push that has just come in may be about to point at them. */
export async function pruneRepository(gitDir: string): Promise<void> {
  const at = { cwd: gitDir, gitDir, timeoutMs: tidyMs };
  const age = `${Math.round(hubLimits.graceMs / 1000)}.seconds.ago`;
  await git(["repack", "-A", "-d", "-q", "-n", `--unpack-unreachable=${age}`], at);
  await git(["prune", `--expire=${age}`], at);
  if (!(await hasYoungObjects(gitDir))) await rm(join(gitDir, mark), { force: true });
}

/** Loose objects are what pruning had to leave for now. */
async function hasYoungObjects(gitDir: string): Promise<boolean> {
  const folders = (await readdir(join(gitDir, "objects"))).filter((name) => /^[0-9a-f]{2}$/.test(name));
  for (const folder of folders) if ((await readdir(join(gitDir, "objects", folder))).length > 0) return true;
  return false;
}
