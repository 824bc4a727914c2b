import { mkdir, readFile, readdir, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import { git } from "../../git/git.ts";
import type { TaskResult } from "../hub.ts";
import { createKeyedMutex } from "../keyed-mutex.ts";
import { removeTemporaries, writeDurably } from "./durable-file.ts";
import { hasRefs, listRefs, readRef, refPath, writeRef } from "./refs.ts";
import type { Repositories } from "./repositories.ts";
import { markForPruning } from "./tidy-repository.ts";

/** Achieved work by repository and task key: it outlives the threads that did it, for as long as somebody asks for it. */
export interface Results {
  /** The last one wins. NotFound when the hub does not have the commit. */
  record(repository: string, result: Omit<TaskResult, "at">): Promise<void>;
  /** In the order of the keys, each once; those without a result are left out. What is read is young again. */
  read(repository: string, keys: readonly string[]): AsyncGenerator<TaskResult>;
  /** Removes those that nobody recorded or read since an instant (milliseconds since the epoch); gives how many. */
  collect(request: { before: number; dryRun: boolean }): Promise<number>;
  /** Tells every result that is damaged or has lost its ref; gives how many there are. */
  check(report: (where: string, problem: string) => void): Promise<number>;
}

export async function createResults(root: string, repositories: Repositories): Promise<Results> {
  await mkdir(root, { recursive: true });
  const turns = createKeyedMutex();
  const store: ResultStore = {
    repositories,
    list: () => listResults(root),
    pathOf: (repository, key) => join(root, repository, `${key}.json`),
    inTurn: (repository, key, work) => turns.run(`${repository}/${key}`, work),
  };
  await repair(store, root);
  return {
    record: (repository, result) => store.inTurn(repository, result.key, () => recordResult(store, repository, result)),
    async *read(repository, keys) {
      for (const key of new Set(keys)) {
        const found = await store.inTurn(repository, key, () => readAndTouch(store.pathOf(repository, key)));
        if (found) yield { key, ...found };
      }
    },
    async collect(request) {
      let collected = 0;
      for (const name of await store.list()) if (await collectResult(store, name, request)) collected += 1;
      return collected;
    },
    check: (report) => checkResults(store, report),
  };
}

interface ResultName {
  readonly repository: string;
  readonly key: string;
}

interface ResultStore {
  readonly repositories: Repositories;
  list(): Promise<ResultName[]>;
  pathOf(repository: string, key: string): string;
  inTurn<T>(repository: string, key: string, work: () => Promise<T>): Promise<T>;
}

type ResultRecord = Omit<TaskResult, "key">;

async function recordResult(store: ResultStore, repository: string, result: Omit<TaskResult, "at">): Promise<void> {
  const { key, thread, commit, base } = result;
  const path = store.pathOf(repository, key);
  await store.repositories.inside(repository, async (gitDir) => {
    const known = await readAndTouch(path);
    if (known && known.thread === thread && known.commit === commit && known.base === base) return;
    await checkCommit(gitDir, repository, commit);
    if (known && known.commit !== commit) await markForPruning(gitDir);
    // The ref first: a record without objects would be worse than objects without a record.
    await mkdir(join(gitDir, "refs/baton/results"), { recursive: true });
    await writeRef(refPath(gitDir, "results", key), commit);
    await mkdir(dirname(path), { recursive: true });
    const record: ResultRecord = { thread, commit, ...(base === undefined ? {} : { base }), at: new Date().toISOString() };
    await writeDurably(path, `${JSON.stringify(record)}\n`);
  });
}

async function checkCommit(gitDir: string, repository: string, commit: string): Promise<void> {
  const asked = { cwd: gitDir, gitDir, stdin: `${commit}\n` };
  const type = (await hasRefs(gitDir)) ? await git(["cat-file", "--batch-check=%(objecttype)"], asked) : "";
  if (type.toString().trim() === "commit") return;
  throw new BatonFailure("NotFound", `The hub does not have commit ${commit}`, {
    where: `repository ${repository}`,
    next: "push the checkpoint that holds it first",
  });
}

async function collectResult(
  store: ResultStore,
  { repository, key }: ResultName,
  { before, dryRun }: { before: number; dryRun: boolean },
): Promise<boolean> {
  const path = store.pathOf(repository, key);
  return store.inTurn(repository, key, async () => {
    const used = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (used === undefined || used > before) return false;
    if (dryRun) return true;
    await store.repositories.inside(repository, async (gitDir) => {
      await markForPruning(gitDir).catch(absent);
      await rm(refPath(gitDir, "results", key), { force: true });
    });
    // The record goes last: as long as it is there, a collection that was killed is begun again.
    await rm(path, { force: true });
    return true;
  });
}

async function checkResults(store: ResultStore, report: (where: string, problem: string) => void): Promise<number> {
  const names = await store.list();
  for (const { repository, key } of names) {
    await store.inTurn(repository, key, async () => {
      const record = await readRecord(store.pathOf(repository, key));
      const where = `result ${key} of repository ${repository}`;
      if (record === null) return report(where, "its record is damaged");
      if (record === undefined) return;
      const at = await store.repositories.inside(repository, (gitDir) => readRef(refPath(gitDir, "results", key)));
      if (at !== record.commit) report(where, `its ref is ${at ?? "absent"}, and its record says ${record.commit}`);
    });
  }
  await eachStray(store, async ({ repository, key }) =>
    report(`repository ${repository}`, `ref of result ${key}, which has no record`),
  );
  return names.length;
}

/** A kill between two writes leaves a ref that is ahead of its record, or one without any. */
async function repair(store: ResultStore, root: string): Promise<void> {
  for (const folder of await readdir(root)) await removeTemporaries(join(root, folder));
  for (const { repository, key } of await store.list()) {
    const record = await readRecord(store.pathOf(repository, key));
    if (!record) continue;
    await store.repositories.inside(repository, async (gitDir) => {
      const ref = refPath(gitDir, "results", key);
      if ((await readRef(ref)) !== record.commit) await writeRef(ref, record.commit).catch(absent);
    });
  }
  await eachStray(store, (_name, ref) => rm(ref, { force: true }));
}

/** Refs that no record stands for. */
async function eachStray(store: ResultStore, visit: (name: ResultName, ref: string) => Promise<void>): Promise<void> {
  for (const repository of await store.repositories.list()) {
    const folder = (gitDir: string) => join(gitDir, "refs/baton/results");
    const refs = await store.repositories.inside(repository, (gitDir) => listRefs(folder(gitDir)));
    for (const { path } of refs) {
      const key = basename(path);
      await store.inTurn(repository, key, async () => {
        const stray = (await readRecord(store.pathOf(repository, key))) === undefined && (await readRef(path)) !== undefined;
        if (stray) await visit({ repository, key }, path);
      });
    }
  }
}

async function listResults(root: string): Promise<ResultName[]> {
  const names: ResultName[] = [];
  for (const repository of await readdir(root)) {
    const files = (await readdir(join(root, repository))).filter((name) => name.endsWith(".json") && !name.startsWith("."));
    names.push(...files.map((name) => ({ repository, key: name.slice(0, -".json".length) })));
  }
  return names;
}

async function readAndTouch(path: string): Promise<ResultRecord | undefined> {
  const record = await readRecord(path);
  if (!record) return undefined;
  const now = new Date();
  await utimes(path, now, now);
  return record;
}

/** Undefined when there is none, null when it is damaged: then the work is done again. */
async function readRecord(path: string): Promise<ResultRecord | null | undefined> {
  const text = await readFile(path, "utf8").catch(absent);
  if (text === undefined) return undefined;
  try {
    const { thread, commit, at, base } = JSON.parse(text) as Partial<ResultRecord>;
    if (typeof thread !== "string" || typeof commit !== "string" || typeof at !== "string") return null;
    return { thread, commit, at, ...(typeof base === "string" ? { base } : {}) };
  } catch {
    return null;
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
