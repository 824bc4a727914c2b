import { keepStart } from "../domain/bounded-text.ts";
import { createDiffCollector } from "./diff-collector.ts";
import { git, gitFailure, runGit } from "./git.ts";
import { displayPath, splitPaths } from "./work-tree.ts";

export interface DiffRequest {
  readonly gitDir: string;
  readonly base: string;
  readonly commit: string;
  /** Bytes of one file's diff that are shown. */
  readonly fileBytes?: number;
  /** Bytes of what is shown; the list of files that are not comes on top. */
  readonly totalBytes?: number;
}

export interface FileChange {
  readonly path: string;
  /** Lines; null for a binary file. */
  readonly added: number | null;
  readonly removed: number | null;
}

export interface BoundedDiff {
  /** Unified diff; what was left out is named in it. */
  readonly text: string;
  readonly files: readonly FileChange[];
  readonly truncated: boolean;
}

const fileListBytes = 16_384;
const plain = ["--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none"];

/** The unified diff between two commits, bounded per file and in total. Binary files are only named. */
export async function boundedDiff(request: DiffRequest): Promise<BoundedDiff> {
  const { gitDir, base, commit, fileBytes = 32_768, totalBytes = 200_000 } = request;
  const files = await changedFiles(request);
  const abort = new AbortController();
  const collector = createDiffCollector(fileBytes, totalBytes);
  const args = ["diff", ...plain, base, commit, "--"];
  const onStdout = (chunk: Buffer) => {
    if (!collector.push(chunk)) abort.abort();
  };
  const result = await runGit(args, { cwd: gitDir, gitDir, onStdout, signal: abort.signal }).catch((error: unknown) => {
    if (!abort.signal.aborted) throw error;
  });
  if (result !== undefined && result.code !== 0) throw gitFailure(args, gitDir, result);
  const { text, shown, truncated } = collector.finish();
  const left = files.slice(shown);
  if (left.length === 0) return { text, files, truncated };
  const names = left.map((file) => `  ${file.path} (${describeLines(file)})`).join("\n");
  const rest = `[${left.length} more changed files are not shown:]\n${keepStart(names, fileListBytes)}`;
  return { text: `${text}${rest}\n`, files, truncated: true };
}

/** Every changed path with its numbers of lines, in git's order. */
export async function changedFiles({ gitDir, base, commit }: DiffRequest): Promise<FileChange[]> {
  const output = await git(["diff", "--numstat", "-z", ...plain, base, commit, "--"], { cwd: gitDir, gitDir });
  return splitPaths(output).map((entry) => {
    const [added = "-", removed = "-", ...path] = entry.split("\t");
    const count = (text: string) => (text === "-" ? null : Number(text));
    return { path: displayPath(path.join("\t")), added: count(added), removed: count(removed) };
  });
}

function describeLines({ added, removed }: FileChange): string {
  return added === null ? "binary" : `+${added} -${removed ?? 0}`;
}
