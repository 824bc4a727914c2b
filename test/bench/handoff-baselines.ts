import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { payloadCommand, type Payload } from "./moving-agent.ts";

export interface ByHand {
  readonly ms: number;
  readonly bytes: number;
}

/** What moves the same work without Baton, on this disk; a `null` is for what this machine lacks. */
export interface Baselines {
  /** `git push` of the commit, `git clone` elsewhere, copy of the session; making the commit is not counted. */
  readonly pushAndClone: ByHand;
  /** Work tree and session to a folder that has nothing, and to one that has the base commit's files. */
  readonly rsync: ByHand | null;
  readonly rsyncAgain: ByHand | null;
  readonly tar: ByHand;
  /** Bytes of git's pack of work and session, for somebody who has nothing and for one who has the base commit. */
  readonly fullPack: number;
  readonly thinPack: number;
}

interface Place {
  readonly root: string;
  readonly env: Record<string, string>;
  readonly repository: string;
}

export function measureByHand({ root, env, repository }: Place, payload: Payload): Baselines {
  const folder = join(root, "by-hand");
  rmSync(folder, { recursive: true, force: true });
  const at = (name: string) => join(folder, name);
  const [work, session] = [at("work"), at("session")];
  mkdirSync(session, { recursive: true });
  const run = (cwd: string, command: string) =>
    execFileSync("/bin/sh", ["-ec", command], { cwd, env: { ...env, PAYLOAD: payload, BATON_SESSION_DIR: session } });
  run(folder, `git clone --quiet --bare "${repository}" origin && git clone --quiet origin work`);
  run(folder, "rsync --version >/dev/null 2>&1 && : > has-rsync || :");
  cpSync(work, at("again"), { recursive: true, preserveTimestamps: true });
  run(work, payloadCommand);
  run(work, "git add -A && git commit --quiet -m work");
  const before = objectBytes(at("origin"));
  const clock = (command: string) => {
    const startedAt = performance.now();
    run(folder, command);
    return performance.now() - startedAt;
  };
  const sent = folderBytes(session);
  const cloneMs = clock(
    `(cd work && git push --quiet) && git clone --quiet "file://$PWD/origin" cloned && cp -R session cloned-session`,
  );
  const bytes = objectBytes(at("origin")) - before + objectBytes(at("cloned/.git")) + sent;
  const rsync = (target: string): ByHand | null => {
    if (!existsSync(at("has-rsync"))) return null;
    const ms = clock(`rsync -a --stats --exclude=.git work/ ${target}/ > stats && rsync -a session/ ${target}-session/`);
    const told = /Total bytes sent: ([\d,]+)/.exec(run(folder, "cat stats").toString())?.[1] ?? "";
    return { ms, bytes: Number(told.replaceAll(",", "")) + sent };
  };
  const measured = {
    pushAndClone: { ms: cloneMs, bytes },
    rsync: rsync("synced"),
    rsyncAgain: rsync("again"),
    tar: {
      ms: clock("mkdir untarred && tar -c --exclude=.git work session | tar -x -C untarred"),
      bytes: Number(run(folder, "tar -c --exclude=.git work session | wc -c").toString()),
    },
    ...packs(work, session, env),
  };
  rmSync(folder, { recursive: true, force: true });
  return measured;
}

function packs(work: string, session: string, env: Record<string, string>): { fullPack: number; thinPack: number } {
  cpSync(session, join(work, ".session"), { recursive: true });
  execFileSync("/bin/sh", ["-ec", "git add -A && git commit --quiet --allow-empty -m session"], { cwd: work, env });
  const pack = (revisions: string): number => {
    const args = ["pack-objects", "--revs", "--thin", "--stdout", "--delta-base-offset", "-q"];
    const { stdout } = spawnSync("git", args, { cwd: work, env, input: revisions, maxBuffer: 2 ** 30 });
    return stdout.length;
  };
  return { fullPack: pack("HEAD\n"), thinPack: pack("HEAD\n^HEAD~2\n") };
}

function objectBytes(gitDir: string): number {
  return folderBytes(join(gitDir, "objects"));
}

function folderBytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
