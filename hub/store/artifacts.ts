import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import { createKeyedMutex } from "../keyed-mutex.ts";
import { hubLimits } from "../limits.ts";
import { createArtifactThreads } from "./artifact-threads.ts";
import { removeTemporaries, renameDurably, temporaryBeside } from "./durable-file.ts";

/** Contents of up to 256 MiB, named by their SHA-256. */
export interface Artifacts {
  put(content: AsyncIterable<Uint8Array>, thread?: string): Promise<string>;
  /** NotFound when there is none of that name. */
  get(artifact: string): Promise<AsyncIterable<Uint8Array>>;
  list(): Promise<string[]>;
  pathOf(artifact: string): string;
  /** Removes what is older than the instant and belongs to no kept thread. */
  collect(request: CollectArtifacts): Promise<{ artifacts: number; artifactBytes: number }>;
}

interface CollectArtifacts {
  /** Milliseconds since the epoch. */
  readonly before: number;
  readonly isKept: (thread: string) => boolean;
  readonly dryRun: boolean;
}

export async function createArtifacts(root: string): Promise<Artifacts> {
  await mkdir(root, { recursive: true });
  await removeTemporaries(root);
  const threads = await createArtifactThreads(join(root, "threads"));
  const turns = createKeyedMutex();
  const pathOf = (artifact: string) => join(root, artifact.slice(0, 2), artifact);
  const list = () => listArtifacts(root);
  return {
    pathOf,
    list,
    async put(content, thread) {
      const temporary = temporaryBeside(join(root, "artifact"));
      try {
        const artifact = await writeHashed(temporary, content);
        // In turns with collecting, which would remove an old artifact that is stored again.
        await turns.run(artifact, async () => {
          await keep(temporary, pathOf(artifact));
          if (thread !== undefined) await threads.add(thread, artifact);
        });
        return artifact;
      } finally {
        await rm(temporary, { force: true });
      }
    },
    async get(artifact) {
      const path = pathOf(artifact);
      const known = await stat(path).catch(() => undefined);
      if (known === undefined) throw new BatonFailure("NotFound", `The hub has no artifact ${artifact}`, { where: "hub" });
      return createReadStream(path, { highWaterMark: hubLimits.chunkBytes });
    },
    async collect({ before, isKept, dryRun }) {
      const [kept, gone] = partition(await threads.list(), isKept);
      const mentioned = new Set((await Promise.all(kept.map((thread) => threads.read(thread)))).flat());
      let [artifacts, artifactBytes] = [0, 0];
      for (const artifact of (await list()).filter((each) => !mentioned.has(each))) {
        const bytes = await turns.run(artifact, () => removeOld(pathOf(artifact), { before, dryRun }));
        if (bytes !== undefined) [artifacts, artifactBytes] = [artifacts + 1, artifactBytes + bytes];
      }
      if (!dryRun) for (const thread of gone) await threads.remove(thread);
      return { artifacts, artifactBytes };
    },
  };
}

/** The size of the file when it is older than the instant; undefined when it stays. */
async function removeOld(path: string, { before, dryRun }: Omit<CollectArtifacts, "isKept">): Promise<number | undefined> {
  const known = await stat(path);
  if (known.mtimeMs > before) return undefined;
  if (!dryRun) await rm(path, { force: true });
  return known.size;
}

async function listArtifacts(root: string): Promise<string[]> {
  const folders = (await readdir(root)).filter((name) => /^[0-9a-f]{2}$/.test(name));
  const names = await Promise.all(folders.map((folder) => readdir(join(root, folder))));
  return names.flat().filter((name) => /^[0-9a-f]{64}$/.test(name));
}

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

async function writeHashed(path: string, content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  const file = await open(path, "wx");
  let bytes = 0;
  try {
    for await (const chunk of content) {
      bytes += chunk.length;
      if (bytes > hubLimits.artifactBytes) throw tooLarge();
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  return hash.digest("hex");
}

async function keep(temporary: string, path: string): Promise<void> {
  const now = new Date();
  const known = await utimes(path, now, now).then(
    () => true,
    () => false,
  );
  if (known) return;
  await mkdir(join(path, ".."), { recursive: true });
  await renameDurably(temporary, path);
}

function tooLarge(): BatonFailure {
  const limit = hubLimits.artifactBytes / 1024 / 1024;
  return new BatonFailure("Usage", `An artifact may have at most ${limit} MiB`, { where: "hub", next: "store less" });
}
