import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packObjects } from "../../git/pack.ts";
import { smallPack } from "../../git/small-pack.ts";
import { takeSnapshot } from "../../git/snapshot.ts";
import { storeOf } from "../../git/test-repository.ts";
import { createWorkspace } from "../../git/workspace.ts";
import { only, startTestHub } from "../../hub/test-hub.ts";
import { makeSampleWork } from "./sample-work.ts";
import { median } from "./statistics.ts";
import type { Row } from "./table.ts";

interface CheckpointBench {
  readonly env: Record<string, string>;
  readonly turns: number;
  readonly say: (line: string) => void;
}

const fileCounts = [50, 5000, 50_000];

/** Snapshot of work tree, session and ledger and its push to a hub, beside `git add -A && git commit` in a clone. */
export async function checkpointRows({ env, turns, say }: CheckpointBench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const files of fileCounts) {
    say(`checkpoints of ${files} files`);
    const root = mkdtempSync(join(tmpdir(), "baton-checkpoints-"));
    try {
      const measured = await measure(root, { files, turns, env });
      const [baton, plain] = [median(measured.batonMs), median(measured.plainMs)];
      rows.push(
        { what: `${files} files: git add and commit`, value: plain, unit: "ms" },
        { what: `${files} files: checkpoint, in the hub`, value: baton, unit: "ms" },
        { what: `${files} files: checkpoint / git add and commit`, value: baton / plain, unit: "x" },
      );
    } finally {
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    }
  }
  return rows;
}

interface Size {
  readonly files: number;
  readonly turns: number;
  readonly env: Record<string, string>;
}

/** Turn by turn, one changed file each, the two ways taking turns; the first two of each warm up. */
async function measure(root: string, { files, turns, env }: Size): Promise<{ batonMs: number[]; plainMs: number[] }> {
  const { repository } = makeSampleWork(root, { files, env });
  const git = (cwd: string, ...args: string[]) => execFileSync("git", args, { cwd, env }).toString().trim();
  const base = git(repository, "rev-parse", "HEAD");
  const plain = join(root, "plain");
  git(root, "clone", "--quiet", repository, plain);
  const store = await storeOf(repository, base, join(root, "store.git"));
  const workspace = await createWorkspace({ store, dir: join(root, "thread"), thread: "t", commit: base });
  const sessionDir = join(root, "session");
  mkdirSync(sessionDir);
  const { hub, stop } = await startTestHub(join(root, "hub"));
  const claim = { repository: "repo-1", thread: "t", epoch: 1 };
  await hub.pushBase({ repository: "repo-1", commit: base }, packObjects({ gitDir: store, wants: [base], haves: [] }));
  await hub.claimEpoch(claim);
  const batonMs: number[] = [];
  const plainMs: number[] = [];
  let [commit, snapshot]: [string, string | undefined] = [base, undefined];
  for (let turn = 1; turn <= turns + 2; turn += 1) {
    for (const at of [plain, workspace.root]) writeFileSync(join(at, "part-0/file-0.txt"), `turn ${turn}\n`);
    appendFileSync(join(sessionDir, "session.jsonl"), `{"turn": ${turn}}\n`);
    const startedAt = performance.now();
    git(plain, "add", "-A");
    git(plain, "commit", "--quiet", "-m", `turn ${turn}`);
    const betweenAt = performance.now();
    const previous = snapshot === undefined ? {} : { parentSnapshot: snapshot };
    const message = { ledger: "{}", base, parentCommit: commit, message: `turn ${turn}`, turn };
    const { checkpoint } = await takeSnapshot({ workspace, sessionDir, ...message, ...previous });
    const haves = [commit, ...(snapshot === undefined ? [] : [snapshot])];
    const small = smallPack({ gitDir: store, want: checkpoint.snapshot, haves });
    const pack = small === undefined ? packObjects({ gitDir: store, wants: [checkpoint.snapshot], haves }) : only(small);
    const follows = snapshot === undefined ? {} : { previous: snapshot };
    await hub.pushCheckpoint({ ...claim, ...follows, ...checkpoint, turn, partial: false }, pack);
    if (turn > 2) {
      plainMs.push(betweenAt - startedAt);
      batonMs.push(performance.now() - betweenAt);
    }
    [commit, snapshot] = [checkpoint.commit, checkpoint.snapshot];
  }
  await stop();
  return { batonMs, plainMs };
}
