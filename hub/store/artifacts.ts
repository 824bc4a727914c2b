import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import { hubLimits } from "../limits.ts";
import { removeTemporaries, renameDurably, temporaryBeside } from "./durable-file.ts";

/** Contents of up to 256 MiB, named by their SHA-256. */
export interface Artifacts {
  put(content: AsyncIterable<Uint8Array>): Promise<string>;
  /** NotFound when there is none of that name. */
  get(artifact: string): Promise<AsyncIterable<Uint8Array>>;
}

export async function createArtifacts(root: string): Promise<Artifacts> {
  await mkdir(root, { recursive: true });
  await removeTemporaries(root);
  const pathOf = (artifact: string) => join(root, artifact.slice(0, 2), artifact);
  return {
    async put(content) {
      const temporary = temporaryBeside(join(root, "artifact"));
      try {
        const artifact = await writeHashed(temporary, content);
        await keep(temporary, pathOf(artifact));
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
  };
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
