import { mkdir, readdir, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import { openObjectStore, presentObjects } from "../../git/object-store.ts";
import { packObjects } from "../../git/pack.ts";
import { workCommit } from "../../git/work-commit.ts";
import type { StoredCheckpoint } from "../hub.ts";
import { createKeyedMutex } from "../keyed-mutex.ts";
import { hubLimits } from "../limits.ts";
import { consolidatePacks, receivePack } from "./receive-pack.ts";
import { hasRefs, makeRefs, readHaves, readRef, refPath, writeAttemptRef, writeRef } from "./refs.ts";
import { createRepositoryGates } from "./repository-gates.ts";
import { sweepRepositories } from "./sweep-repositories.ts";

/** Packs beyond which looking objects up becomes slow enough to merge them. */
const manyPacks = 32;

interface FetchRequest {
  readonly repository: string;
  readonly wants: readonly string[];
  readonly haves: readonly string[];
}

/** The hub's bare git repositories, one folder each. Ids are checked before they come here. */
export interface Repositories {
  /** Commits that packs may build on, newest first. */
  open(id: string, shallow: readonly string[]): Promise<string[]>;
  /** Indexes a pack; `named` must be there afterwards, the first of them as a commit with all it reaches. */
  receive(id: string, named: readonly string[], pack: AsyncIterable<Uint8Array>): Promise<void>;
  pushBase(id: string, commit: string, pack: AsyncIterable<Uint8Array>): Promise<void>;
  /** Points the thread's ref at a commit that is there. */
  pointThread(id: string, thread: string, commit: string): Promise<void>;
  /** Keeps a commit that is there as a thread's work of an old epoch. */
  pointAttempt(id: string, thread: string, attempt: { epoch: number; commit: string }): Promise<void>;
  /** The commit with a checkpoint's work tree; undefined when it cannot be told. Does not wait while the repository is tidied. */
  workCommit(id: string, checkpoint: StoredCheckpoint): Promise<string | undefined>;
  list(): Promise<string[]>;
  /** Runs `work` on the git folder beside others, but never while the repository is being tidied. */
  inside<Result>(id: string, work: (gitDir: string) => Promise<Result>): Promise<Result>;
  /** Runs `work` alone; false, without running it, when the repository stays in use. */
  alone(id: string, work: (gitDir: string) => Promise<void>): Promise<boolean>;
  /** NotFound when the repository or a want is missing. */
  fetch(request: FetchRequest): AsyncGenerator<Uint8Array>;
}

export async function createRepositories(root: string): Promise<Repositories> {
  await mkdir(root, { recursive: true });
  await sweepRepositories(root);
  const gateOf = createRepositoryGates();
  const opening = createKeyedMutex();
  const gitDirOf = (id: string) => join(root, `${id}.git`);
  const ensure = (id: string, objects: readonly string[], shallow: readonly string[] = []) =>
    opening.run(id, () => openRepository(gitDirOf(id), objects[0], shallow));

  const receive: Repositories["receive"] = async (id, named, pack) => {
    const gitDir = await ensure(id, named);
    const gate = gateOf(id);
    const leave = await gate.enter();
    const { packs } = await receivePack(gitDir, named, pack).finally(leave);
    if (packs > manyPacks) void gate.aloneIfIdle(() => consolidatePacks(gitDir));
  };
  return {
    receive,
    async open(id, shallow) {
      if (shallow.length > 0) await ensure(id, shallow, shallow);
      return readHaves(gitDirOf(id));
    },
    pushBase: (id, commit, pack) => keepBase(refPath(gitDirOf(id), "bases", commit), () => receive(id, [commit], pack)),
    async pointThread(id, thread, commit) {
      await writeThreadRef(await ensure(id, [commit]), thread, commit);
    },
    async pointAttempt(id, thread, attempt) {
      await writeAttemptRef(await ensure(id, [attempt.commit]), thread, attempt);
    },
    workCommit: (id, checkpoint) => workCommit(gitDirOf(id), checkpoint),
    list: () => listFolders(root),
    async inside(id, work) {
      const leave = await gateOf(id).enter();
      return work(gitDirOf(id)).finally(leave);
    },
    alone: (id, work) => gateOf(id).alone(() => work(gitDirOf(id)), hubLimits.aloneMs),
    async *fetch(request) {
      const leave = await gateOf(request.repository).enter();
      try {
        yield* fetchPack(gitDirOf(request.repository), request);
      } finally {
        leave();
      }
    },
  };
}

async function listFolders(root: string): Promise<string[]> {
  return (await readdir(root)).filter((name) => name.endsWith(".git")).map((name) => name.slice(0, -".git".length));
}

async function writeThreadRef(gitDir: string, thread: string, commit: string): Promise<void> {
  const ref = refPath(gitDir, "threads", thread);
  if ((await readRef(ref)) !== commit) await writeRef(ref, commit);
}

async function keepBase(ref: string, receive: () => Promise<void>): Promise<void> {
  const now = new Date();
  // One that is used again is young again.
  if (await readRef(ref)) return utimes(ref, now, now);
  await receive();
  await writeRef(ref, basename(ref));
}

async function openRepository(gitDir: string, sample: string | undefined, shallow: readonly string[]): Promise<string> {
  const known = (await hasRefs(gitDir)) && shallow.length === 0;
  if (known) return gitDir;
  await openObjectStore({ gitDir, shallow, ...(sample === undefined ? {} : { sample }) });
  await makeRefs(gitDir);
  return gitDir;
}

async function* fetchPack(gitDir: string, request: FetchRequest): AsyncGenerator<Uint8Array> {
  const { repository, wants, haves } = request;
  if (!(await hasRefs(gitDir))) throw new BatonFailure("NotFound", `The hub has no repository ${repository}`, { where: "hub" });
  try {
    yield* packObjects({ gitDir, wants, haves });
  } catch (error) {
    // Only asked when packing failed, because asking costs a process.
    await checkWants(gitDir, repository, wants);
    throw error;
  }
}

async function checkWants(gitDir: string, id: string, wants: readonly string[]): Promise<void> {
  const present = await presentObjects(gitDir, wants);
  const missing = wants.find((want) => !present.includes(want));
  if (missing === undefined) return;
  throw new BatonFailure("NotFound", `The hub does not have object ${missing}`, { where: `repository ${id}` });
}
