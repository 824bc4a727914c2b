import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openMerger } from "../../git/merge-commits.ts";
import { openObjectStore } from "../../git/object-store.ts";
import { indexPack, packObjects } from "../../git/pack.ts";
import { median } from "./statistics.ts";
import type { Row } from "./table.ts";

const branches = 100;
const rounds = 3;
const fileCounts = [100, 5000];
const linesPerFile = 40;

/** Merging many small branches as the merge queue does, against plain `git merge` of one after the other in one shell. */
export async function mergeRows(): Promise<Row[]> {
  const root = mkdtempSync(join(tmpdir(), "baton-bench-merge-"));
  try {
    const rows: Row[] = [];
    for (const files of fileCounts) rows.push(...(await measure(join(root, String(files)), files)));
    return rows;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function measure(root: string, files: number): Promise<Row[]> {
  const work = join(root, "work");
  mkdirSync(work, { recursive: true });
  const { base, commits } = makeBranches(work, files);
  const plain: number[] = [];
  const queue: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    plain.push(branches / (mergePlainly(work) / 1000));
    queue.push(branches / ((await mergeInQueue({ root, work, base, commits })) / 1000));
  }
  const name = `${branches} branches, ${files} files:`;
  const [plainly, queued] = [median(plain), median(queue)];
  return [
    { what: `${name} merge queue`, value: queued, unit: "/s" },
    { what: `${name} git merge in a loop`, value: plainly, unit: "/s" },
    { what: `${name} git merge / merge queue, time`, value: queued / plainly, unit: "x" },
  ];
}

/** Each branch changes a line of its own in a file that others change too, and adds a file. */
function makeBranches(work: string, files: number): { base: string; commits: string[] } {
  const git = (args: readonly string[], input = "") =>
    execFileSync("git", args, { cwd: work, input, stdio: ["pipe", "pipe", "ignore"] });
  git(["init", "--quiet", "--initial-branch=main", "."]);
  const lines = Array.from({ length: linesPerFile }, (_, line) => `line ${line}`);
  const path = (file: number) => `part-${file % 50}/file-${file}.txt`;
  const head = (branch: string) => `commit refs/heads/${branch}\ncommitter B <b@localhost> 1700000000 +0000\n${data(branch)}`;
  const content = (file: number, line = -1) =>
    data(`${file}\n${lines.map((text, at) => (at === line ? "changed" : text)).join("\n")}\n`);
  const start = Array.from({ length: files }, (_, file) => `M 100644 inline ${path(file)}\n${content(file)}`).join("");
  const changes = Array.from({ length: branches }, (_, branch) => {
    const [file, line] = [branch % 20, (branch * 7) % linesPerFile];
    return `${head(`b${branch}`)}from refs/heads/main\nM 100644 inline ${path(file)}\n${content(file, line)}M 100644 inline new/${branch}.txt\n${data("new\n")}`;
  });
  git(["fast-import", "--quiet"], `${head("main")}${start}\n${changes.join("\n")}\n`);
  git(["reset", "--quiet", "--hard", "main"]);
  const id = (name: string) => git(["rev-parse", name]).toString().trim();
  return { base: id("main"), commits: Array.from({ length: branches }, (_, branch) => id(`b${branch}`)) };
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

/** Milliseconds. */
function mergePlainly(work: string): number {
  const env = {
    ...process.env,
    GIT_AUTHOR_NAME: "B",
    GIT_AUTHOR_EMAIL: "b@localhost",
    GIT_COMMITTER_NAME: "B",
    GIT_COMMITTER_EMAIL: "b@localhost",
  };
  execFileSync("git", ["checkout", "--quiet", "--force", "--detach", "main"], { cwd: work });
  const loop = `branch=0; while [ $branch -lt ${branches} ]; do git merge --quiet --no-ff -m "Merge $branch" b$branch >/dev/null || exit 1; branch=$((branch + 1)); done`;
  const startedAt = performance.now();
  const { status } = spawnSync("/bin/sh", ["-c", loop], { cwd: work, env, stdio: "ignore" });
  if (status !== 0) throw new Error(`plain merges ended with ${status}`);
  return performance.now() - startedAt;
}

interface Queue {
  readonly root: string;
  readonly work: string;
  readonly base: string;
  readonly commits: readonly string[];
}

/** Milliseconds, in a store that has never seen these merges. */
async function mergeInQueue({ root, work, base, commits }: Queue): Promise<number> {
  const { gitDir } = await openObjectStore({ gitDir: mkdtempSync(join(root, "store-")), sample: base });
  await indexPack({ gitDir }, packObjects({ gitDir: join(work, ".git"), wants: commits, haves: [] }));
  const startedAt = performance.now();
  const merger = await openMerger({ store: gitDir, onto: base, commits });
  let stack = base;
  for (const [branch, commit] of commits.entries()) {
    const result = await merger.merge({ stack, commit, message: `Merge ${branch}` });
    if (result.kind !== "merged") throw new Error(`branch ${branch}: ${result.kind}`);
    stack = result.commit;
  }
  await merger.close();
  return performance.now() - startedAt;
}
