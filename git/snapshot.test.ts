import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git } from "./git.ts";
import { isConnected, openObjectStore } from "./object-store.ts";
import { indexPack, packObjects } from "./pack.ts";
import { restoreSession } from "./restore-session.ts";
import { readLedger } from "./session-files.ts";
import { takeSnapshot, type SnapshotRequest } from "./snapshot.ts";
import { commitAll, contentOf, scratchFolder, storeOf } from "./test-repository.ts";
import { createWorkspace, restoreWorkspace, type Workspace } from "./workspace.ts";

let folder: ReturnType<typeof scratchFolder>;
let user: string;
let base: string;
let workspace: Workspace;
let sessionDir: string;

beforeEach(async () => {
  folder = scratchFolder();
  user = join(folder.path, "user");
  sessionDir = join(folder.path, "session");
  mkdirSync(join(user, "test/golden"), { recursive: true });
  mkdirSync(sessionDir);
  writeFileSync(join(user, "a.txt"), "one\n");
  writeFileSync(join(user, "test/golden/g.txt"), "golden\n");
  writeFileSync(join(user, "test/golden/h.txt"), "golden too\n");
  writeFileSync(join(user, ".gitignore"), "node_modules\n");
  base = await commitAll(user);
  const store = await storeOf(user, base, join(folder.path, "store.git"));
  workspace = await createWorkspace({ store, dir: join(folder.path, "thread"), thread: "t-1", commit: base });
});
afterEach(() => folder.remove());

const snapshot = (more: Partial<SnapshotRequest> = {}) =>
  takeSnapshot({
    workspace,
    sessionDir,
    ledger: '{"turn":1}',
    base,
    parentCommit: base,
    message: "turn 1",
    turn: 1,
    at: 1_700_000_000_000,
    ...more,
  });
const inWork = (name: string) => join(workspace.root, name);
const workGit = async (...args: string[]) => (await git(args, { cwd: workspace.root })).toString();

async function elsewhere(commit: string) {
  const store = await openObjectStore({ gitDir: join(folder.path, "other.git") });
  await indexPack(store, packObjects({ gitDir: workspace.store, wants: [commit], haves: [] }));
  return createWorkspace({ store: store.gitDir, dir: join(folder.path, "other"), thread: "t-1", commit });
}

test("names of any bytes, links, modes and read-only files travel exactly", async () => {
  const names = ["with space", "new\nline", "-rf", "--help", ":(top)x", "*.glob", 'quo"te', "tab\t"].map((name) =>
    Buffer.from(name),
  );
  const odd = [...names, Buffer.from([0x66, 0xff, 0xfe, 0x80])];
  for (const name of odd) writeFileSync(Buffer.concat([Buffer.from(`${workspace.root}/`), name]), `in ${name.toString("hex")}`);
  symlinkSync("nowhere/at all", inWork("dangling"));
  writeFileSync(inWork("tool.sh"), "#!/bin/sh\n");
  chmodSync(inWork("tool.sh"), 0o755);
  writeFileSync(inWork("fixed"), "read only");
  chmodSync(inWork("fixed"), 0o444);
  const { checkpoint, changes } = await snapshot();
  expect(changes.files).toBe(odd.length + 3);

  const other = await elsewhere(checkpoint.commit);

  for (const name of odd) {
    expect(readFileSync(Buffer.concat([Buffer.from(`${other.root}/`), name])).toString()).toBe(`in ${name.toString("hex")}`);
  }
  expect(readlinkSync(join(other.root, "dangling"))).toBe("nowhere/at all");
  expect(lstatSync(join(other.root, "tool.sh")).mode & 0o111).toBe(0o111);
  expect((await git(["status", "--porcelain"], { cwd: other.root })).toString()).toBe("");
});

test("the workspace's own index, references and stash are left as they are", async () => {
  writeFileSync(inWork("a.txt"), "staged\n");
  await workGit("stash", "push", "--quiet");
  writeFileSync(inWork("a.txt"), "staged\n");
  await workGit("add", "a.txt");
  writeFileSync(inWork("b.txt"), "untracked\n");
  const before = contentOf(join(workspace.root, ".git"));
  await snapshot();
  expect(contentOf(join(workspace.root, ".git"))).toEqual(before);
});

test("the same work makes no new commit, and the same request the same ids", async () => {
  const first = await snapshot();
  expect(first.checkpoint.commit).toBe(base);
  expect((await snapshot()).checkpoint).toEqual(first.checkpoint);
  const second = await snapshot({ parentSnapshot: first.checkpoint.snapshot, ledger: '{"turn":2}' });
  expect(second.checkpoint.snapshot).not.toBe(first.checkpoint.snapshot);
  expect(await isConnected(workspace.store, second.checkpoint.snapshot)).toBe(true);
  await git(["fsck", "--strict"], { cwd: workspace.store, gitDir: workspace.store });
});

test("snapshots asked for at once wait for each other", async () => {
  writeFileSync(inWork("a.txt"), "two\n");
  const taken = await Promise.all([snapshot(), snapshot(), snapshot()]);
  expect(new Set(taken.map((each) => each.checkpoint.snapshot)).size).toBe(1);
});

test("protected paths that were edited, deleted or added are put back on disk and named", async () => {
  writeFileSync(inWork("test/golden/g.txt"), "cheated\n");
  rmSync(inWork("test/golden/h.txt"));
  mkdirSync(inWork("test/golden/.hidden"));
  writeFileSync(inWork("test/golden/.hidden/new.txt"), "added\n");
  writeFileSync(inWork("a.txt"), "real work\n");
  const { checkpoint, changes } = await snapshot({ protect: ["test/golden/**"], allow: ["src/**"] });
  expect(changes.restored).toEqual(["test/golden/.hidden/new.txt", "test/golden/g.txt", "test/golden/h.txt"]);
  expect(changes).toMatchObject({ files: 1, outOfScope: ["a.txt"], outOfScopeCount: 1 });
  expect(readFileSync(inWork("test/golden/g.txt"), "utf8")).toBe("golden\n");
  expect(readFileSync(inWork("test/golden/h.txt"), "utf8")).toBe("golden too\n");
  expect(existsSync(inWork("test/golden/.hidden/new.txt"))).toBe(false);
  const listed = await git(["diff-tree", "-r", "--name-only", base, checkpoint.commit], {
    cwd: workspace.store,
    gitDir: workspace.store,
  });
  expect(listed.toString()).toBe("a.txt\n");
});

test("a protected folder that was replaced by a file or a link is put back", async () => {
  rmSync(inWork("test/golden"), { recursive: true });
  symlinkSync(folder.path, inWork("test/golden"));
  const { changes } = await snapshot({ protect: ["test/golden"] });
  expect(changes.files).toBe(0);
  expect(lstatSync(inWork("test/golden")).isDirectory()).toBe(true);
  expect(readFileSync(inWork("test/golden/g.txt"), "utf8")).toBe("golden\n");
});

test("repositories inside the tree, with and without commits, travel as plain files", async () => {
  mkdirSync(inWork("fresh"));
  await git(["init", "--quiet", "."], { cwd: inWork("fresh") });
  writeFileSync(inWork("fresh/f.txt"), "f");
  mkdirSync(inWork("nested/deep"), { recursive: true });
  writeFileSync(inWork("nested/deep/n.txt"), "n");
  await commitAll(inWork("nested"));
  const { checkpoint } = await snapshot();
  const other = await elsewhere(checkpoint.commit);
  expect(readFileSync(join(other.root, "nested/deep/n.txt"), "utf8")).toBe("n");
  expect(readFileSync(join(other.root, "fresh/f.txt"), "utf8")).toBe("f");
  writeFileSync(inWork("nested/deep/m.txt"), "m");
  expect((await snapshot()).changes.files).toBe(3);
});

test("the session folder and the ledger come back, and an appended file sends only its end", async () => {
  writeFileSync(
    join(sessionDir, "long.jsonl"),
    Buffer.alloc(2_000_000, Buffer.from(Array.from({ length: 7919 }, (_, at) => at % 251))),
  );
  mkdirSync(join(sessionDir, "sub"));
  writeFileSync(join(sessionDir, "sub/empty"), "");
  symlinkSync("../long.jsonl", join(sessionDir, "sub/link"));
  const first = await snapshot();
  writeFileSync(join(sessionDir, "long.jsonl"), "one line more\n", { flag: "a" });
  const second = await snapshot({ parentSnapshot: first.checkpoint.snapshot, ledger: '{"turn":2}' });
  const target = join(folder.path, "restored");
  const request = { gitDir: workspace.store, snapshot: second.checkpoint.snapshot };
  await restoreSession({ ...request, sessionDir: target, cachePath: join(folder.path, "cache") });
  expect(readFileSync(join(target, "long.jsonl")).equals(readFileSync(join(sessionDir, "long.jsonl")))).toBe(true);
  expect(readFileSync(join(target, "sub/empty"), "utf8")).toBe("");
  expect(readlinkSync(join(target, "sub/link"))).toBe("../long.jsonl");
  expect(await readLedger(request)).toBe('{"turn":2}');
  const chunks = [
    "diff-tree",
    "-r",
    "--name-only",
    first.checkpoint.snapshot,
    second.checkpoint.snapshot,
    "--",
    "session/chunks",
  ];
  expect((await git(chunks, { cwd: workspace.store, gitDir: workspace.store })).toString().trim().split("\n")).toHaveLength(2);
});

test("restoring undoes everything but ignored files, whatever state the repository is in", async () => {
  writeFileSync(inWork("a.txt"), "two\n");
  const { checkpoint } = await snapshot();
  mkdirSync(inWork("node_modules"));
  writeFileSync(inWork("node_modules/kept"), "");
  writeFileSync(inWork("a.txt"), "three\n");
  rmSync(inWork("test"), { recursive: true });
  writeFileSync(inWork("junk"), "");
  writeFileSync(inWork(".git/index.lock"), "");
  writeFileSync(inWork(".git/MERGE_HEAD"), `${base}\n`);
  writeFileSync(`${workspace.index}.lock`, "");
  await restoreWorkspace({ workspace, commit: checkpoint.commit });
  expect(readFileSync(inWork("a.txt"), "utf8")).toBe("two\n");
  expect([existsSync(inWork("junk")), existsSync(inWork("node_modules/kept"))]).toEqual([false, true]);
  expect(await workGit("status", "--porcelain")).toBe("");
  expect((await workGit("symbolic-ref", "HEAD")).trim()).toBe("refs/heads/baton/t-1");
  expect((await workGit("rev-parse", "HEAD")).trim()).toBe(checkpoint.commit);
});

test("a damaged private index and a half-made repository are mended", async () => {
  writeFileSync(workspace.index, "");
  rmSync(inWork(".git/objects"), { recursive: true });
  writeFileSync(inWork("a.txt"), "two\n");
  const { checkpoint } = await snapshot();
  writeFileSync(workspace.index, "garbage");
  await restoreWorkspace({ workspace, commit: checkpoint.commit });
  expect(await workGit("status", "--porcelain")).toBe("");
  expect((await workGit("log", "--format=%s")).split("\n")[0]).toBe("turn 1");
});
