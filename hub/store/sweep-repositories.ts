import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { removeRefTemporaries } from "./refs.ts";

/** Removes what a killed hub left half-written. Only the holder of the store's lock may do this. */
export async function sweepRepositories(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const gitDir = join(root, name);
    await removeRefTemporaries(gitDir);
    for (const folder of ["objects", "objects/pack"].map((path) => join(gitDir, path))) {
      const left = (await readdir(folder).catch(() => [])).filter((file) => /^(incoming-|\.?tmp[-_])/.test(file));
      await Promise.all(left.map((file) => rm(join(folder, file), { recursive: true, force: true })));
    }
  }
}
