import { asyncLocalStorage, type Context } from "@temporalio/activity";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RepositoryRef } from "../../domain/repository.ts";
import type { TurnReport } from "../../domain/turn.ts";
import { noUsage } from "../../domain/usage.ts";
import { packObjects } from "../../git/pack.ts";
import { takeSnapshot } from "../../git/snapshot.ts";
import { commitAll, scratchFolder } from "../../git/test-repository.ts";
import { startTestHub, type TestHub } from "../../hub/test-hub.ts";
import type { HostContext } from "../host-context.ts";
import { createOpenThreads, type OpenThread } from "./open-threads.ts";
import { openWorkspace } from "../open-workspace.ts";
import { prepareWorkspace } from "../prepare-workspace.ts";
import { pushSnapshot } from "./push-snapshot.ts";
import { noteTurn } from "./turn-journal.ts";

let folder: ReturnType<typeof scratchFolder>;
let hub: TestHub;
let repository: RepositoryRef;

const named = { repository: "repo-1", thread: "t" };

beforeEach(async () => {
  folder = scratchFolder();
  const user = join(folder.path, "user");
  mkdirSync(user);
  writeFileSync(join(user, "readme"), "first\n");
  const base = await commitAll(user, "first");
  hub = await startTestHub(join(folder.path, "hub"));
  repository = { id: "repo-1", name: "repo", base, shallow: [] };
  const pack = packObjects({ gitDir: join(user, ".git"), wants: [base], haves: [] });
  await hub.hub.pushBase({ repository: "repo-1", commit: base }, pack);
});
afterEach(async () => {
  await hub.stop();
  folder.remove();
});

/** Opens the thread in a new process of a host. */
async function openOn(name: string, input: { epoch: number; turn: number; attempt: number }) {
  const { host, inContext } = machine(name);
  const threads = createOpenThreads();
  const claim = { thread: "t", ...input, repository, env: [] };
  const opened = await inContext(() => openWorkspace(host, threads, claim));
  const open = threads.get(claim);
  return { host, open, opened, file: (path: string) => join(open.workspace.root, path) };
}

function machine(name: string) {
  const host = {
    host: name,
    folder: join(folder.path, name),
    hub: hub.hub,
    logger: pino({ level: "silent" }),
    env: process.env,
  } as unknown as HostContext;
  const context = { cancellationSignal: new AbortController().signal } as Context;
  return { host, inContext: <T>(work: () => Promise<T>) => asyncLocalStorage.run(context, work) };
}

/** What an attempt comes to, as far as the host's own disk. */
async function endAttempt(open: OpenThread, attempt: { turn: number; attempt: number }) {
  const told: Omit<TurnReport, "checkpoint" | "changes"> = {
    ...attempt,
    epoch: open.epoch,
    process: { kind: "exited", code: 0 },
    agent: { kind: "completed" },
    usage: { ...noUsage, output: 7 },
    activeMs: 5,
    message: "",
    toolCalls: 1,
    commands: "",
  };
  const { checkpoint } = await takeSnapshot({
    workspace: open.workspace,
    sessionDir: open.folder.session,
    base: repository.base,
    parentCommit: open.commit,
    ledger: (changes) => JSON.stringify({ ...told, changes }),
    message: `turn ${attempt.turn}`,
    turn: attempt.turn,
    ...(open.snapshot === null ? {} : { parentSnapshot: open.snapshot }),
  });
  noteTurn(open, { ...attempt, ended: { ...checkpoint, partial: false } });
  return checkpoint;
}

const newest = async () => (await hub.hub.readCheckpoint(named)).checkpoint;
const attempts = async () => (await hub.hub.listAttempts(named)).attempts;
const first = { turn: 1, attempt: 1 };

test("a turn that ended and never reached the hub is taken up by the host's next process", async () => {
  const { open, file } = await openOn("a", { epoch: 1, turn: 1, attempt: 0 });
  noteTurn(open, first);
  writeFileSync(file("done"), "yes\n");
  const checkpoint = await endAttempt(open, first);

  const next = await openOn("a", { epoch: 2, ...first });

  expect(next.opened.newest).toMatchObject({ ...first, epoch: 1, usage: { output: 7 }, checkpoint });
  expect(await newest()).toMatchObject({ ...checkpoint, epoch: 2, partial: false });
  expect(next.open).toMatchObject({ commit: checkpoint.commit, snapshot: checkpoint.snapshot });
  const again = await openOn("a", { epoch: 3, ...first });
  expect(again.opened.newest).toEqual(next.opened.newest);
  expect(await attempts()).toEqual([]);
});

test("what a turn that was cut off left in the work tree is where the next attempt goes on", async () => {
  const { open, file } = await openOn("a", { epoch: 1, turn: 1, attempt: 0 });
  noteTurn(open, first);
  writeFileSync(file("half"), "half\n");

  const next = await openOn("a", { epoch: 2, ...first });

  expect(next.opened).toMatchObject({ newest: null });
  expect(readFileSync(next.file("half"), "utf8")).toBe("half\n");
  expect(await newest()).toMatchObject({ epoch: 2, turn: 1, partial: true, commit: repository.base });
  noteTurn(next.open, { turn: 1, attempt: 2 });
  writeFileSync(next.file("done"), "yes\n");
  const checkpoint = await endAttempt(next.open, { turn: 1, attempt: 2 });
  await pushSnapshot(next.host, next.open, { checkpoint, turn: 1, partial: false });
  expect(await newest()).toMatchObject(checkpoint);
});

test("a checkpoint inside the turn does not keep what came after it from being taken up", async () => {
  const { host, open, file } = await openOn("a", { epoch: 1, turn: 1, attempt: 0 });
  noteTurn(open, first);
  writeFileSync(file("early"), "1\n");
  const inside = await takeSnapshot({
    workspace: open.workspace,
    sessionDir: open.folder.session,
    base: repository.base,
    parentCommit: open.commit,
    ledger: JSON.stringify({ inside: true, ...first }),
    message: "inside",
    turn: 1,
  });
  await pushSnapshot(host, open, { ...inside, turn: 1, partial: true });
  writeFileSync(file("late"), "2\n");

  const next = await openOn("a", { epoch: 2, ...first });

  expect(["early", "late"].map((path) => existsSync(next.file(path)))).toEqual([true, true]);
  expect(await newest()).toMatchObject({ epoch: 2, partial: true });
});

test("a turn that did nothing yet leaves nothing", async () => {
  const { open } = await openOn("a", { epoch: 1, turn: 1, attempt: 0 });
  noteTurn(open, first);
  await openOn("a", { epoch: 2, ...first });
  expect(await newest()).toBeUndefined();
});

test("what nobody waits for any more is kept under its old epoch, and the work goes on without it", async () => {
  const { open, file } = await openOn("a", { epoch: 1, turn: 1, attempt: 0 });
  noteTurn(open, first);
  writeFileSync(file("half"), "half\n");
  await openOn("b", { epoch: 2, turn: 1, attempt: 1 });

  // There the second attempt began, and ended with its host.
  const next = await openOn("a", { epoch: 3, turn: 1, attempt: 2 });

  expect(existsSync(next.file("half"))).toBe(false);
  expect(await newest()).toBeUndefined();
  expect(await attempts()).toMatchObject([{ epoch: 1, turn: 1, partial: true, why: "refused" }]);
});

test("a turn that another host did meanwhile is not done over", async () => {
  const { open, file } = await openOn("a", { epoch: 1, turn: 1, attempt: 0 });
  noteTurn(open, first);
  writeFileSync(file("mine"), "a\n");
  const late = await endAttempt(open, first);
  const other = await openOn("b", { epoch: 2, ...first });
  writeFileSync(other.file("mine"), "b\n");
  const checkpoint = await endAttempt(other.open, first);
  await pushSnapshot(other.host, other.open, { checkpoint, turn: 1, partial: false });

  const next = await openOn("a", { epoch: 3, ...first });

  expect(readFileSync(next.file("mine"), "utf8")).toBe("b\n");
  expect(await newest()).toMatchObject(checkpoint);
  expect(await attempts()).toMatchObject([{ epoch: 1, snapshot: late.snapshot, why: "refused" }]);
});

test("a work tree that a power cut may have damaged is not gone on with", async () => {
  const { open, file } = await openOn("a", { epoch: 1, turn: 1, attempt: 0 });
  noteTurn(open, { ...first, boot: "earlier" });
  writeFileSync(file("half"), "");

  const next = await openOn("a", { epoch: 2, ...first });

  expect(existsSync(next.file("half"))).toBe(false);
  expect(await attempts()).toMatchObject([{ epoch: 1, why: "refused" }]);
});

test("a host that gets ready for its own thread again keeps what it left until it is opened", async () => {
  const { open, file } = await openOn("a", { epoch: 1, turn: 1, attempt: 0 });
  noteTurn(open, first);
  writeFileSync(file("half"), "half\n");
  const { host, inContext } = machine("a");
  const agent = { use: "command", bin: process.execPath, args: [], env: [] } as const;
  const input = { thread: "t", epoch: 2, ...first, repository, env: [], agent };
  const prepared = await inContext(() => prepareWorkspace(host, createOpenThreads(), input));
  expect(prepared.problems).toEqual([]);
  expect(existsSync(file("half"))).toBe(false);

  const next = await openOn("a", { epoch: 2, ...first });

  expect(existsSync(next.file("half"))).toBe(true);
});
