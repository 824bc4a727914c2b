import { createWriteStream } from "node:fs";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { runProcess } from "../../process/run-process.ts";

interface Download {
  readonly version: string;
  /** Existing empty folder for the archive and what it holds. */
  readonly folder: string;
  readonly onProgress: (line: string) => void;
  /** Where Temporal publishes its CLI. */
  readonly origin?: string;
}

const answerMs = 10_000;
const transferMs = 10 * 60_000;

/** Fetches Temporal's CLI from the place its SDKs fetch it from; gives the executable's path. Throws when offline. */
export async function downloadBinary({
  version,
  folder,
  onProgress,
  origin = "https://temporal.download",
}: Download): Promise<string> {
  const arch = { x64: "amd64", arm64: "arm64" }[process.arch as string];
  const platform = { linux: "linux", darwin: "darwin" }[process.platform as string];
  if (arch === undefined || platform === undefined) throw new Error(`no build for ${process.platform} ${process.arch}`);
  const query = new URLSearchParams({ arch, platform, format: "tar.gz" });
  const info = await fetch(`${origin}/cli/v${version}?${query.toString()}`, { signal: AbortSignal.timeout(answerMs) });
  if (!info.ok) throw new Error(`${origin} answered ${info.status}`);
  const { archiveUrl, fileToExtract } = (await info.json()) as { archiveUrl?: string; fileToExtract?: string };
  if (archiveUrl === undefined || fileToExtract === undefined)
    throw new Error(`${origin} gave no archive for version ${version}`);

  onProgress(`downloading Temporal's CLI ${version} (about 50 MB)`);
  const archive = join(folder, "archive.tar.gz");
  const answer = await fetch(archiveUrl, { signal: AbortSignal.timeout(transferMs) });
  if (!answer.ok || answer.body === null) throw new Error(`${archiveUrl} answered ${answer.status}`);
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(archive));
  await extract(archive, folder, fileToExtract);
  const binary = join(folder, fileToExtract);
  await chmod(binary, 0o755);
  return binary;
}

async function extract(archive: string, folder: string, file: string): Promise<void> {
  const { outcome, stderr } = await runProcess({
    command: { file: "tar", args: ["-xzf", archive, "-C", folder, file] },
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "" },
    timeoutMs: 60_000,
  });
  if (outcome.kind !== "exited" || outcome.code !== 0)
    throw new Error(`the archive cannot be unpacked: ${stderr.toString().trim()}`);
}
