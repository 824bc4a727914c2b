import { appendFile, mkdir, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Which threads an artifact belongs to: a file of artifact ids for each thread. */
export interface ArtifactThreads {
  add(thread: string, artifact: string): Promise<void>;
  list(): Promise<string[]>;
  /** Ids that the thread mentions. */
  read(thread: string): Promise<string[]>;
  remove(thread: string): Promise<void>;
}

export async function createArtifactThreads(root: string): Promise<ArtifactThreads> {
  await mkdir(root, { recursive: true });
  const pathOf = (thread: string) => join(root, thread);
  return {
    // The line break in front keeps the id apart from one that a kill cut short.
    add: (thread, artifact) => appendFile(pathOf(thread), `\n${artifact}\n`, { flush: true }),
    list: () => readdir(root),
    async read(thread) {
      const text = await readFile(pathOf(thread), "utf8").catch(() => "");
      return text.split("\n").filter((line) => /^[0-9a-f]{64}$/.test(line));
    },
    remove: (thread) => rm(pathOf(thread), { force: true }),
  };
}
