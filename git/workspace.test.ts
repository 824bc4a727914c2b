import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git } from "./git.ts";
import { takeSnapshot } from "./snapshot.ts";
import { commitAll, scratchFolder, storeOf } from "./test-repository.ts";
import { advanceWorkspace, createWorkspace, restoreWorkspace } from "./workspace.ts";

let folder: ReturnType<typeof scratchFolder>;
let user: string;

beforeEach(() => {
  folder = scratchFolder();
  user = join(folder.path, "user");
  mkdirSync(user);
});
afterEach(() => folder.remove());

async function workspaceOf(base: string) {
  const store = await storeOf(user, base, join(folder.path, "store.git"));
  const origin = "ssh://git@example.org/x/user.git";
  return createWorkspace({ store, dir: join(folder.path, "thread"), thread: "t-1", commit: base, origin });
}

const status = async (cwd: string) => (await git(["status", "--porcelain"], { cwd })).toString();

test("LFS pointers stay pointers, even where LFS is required and not installed", async () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12345\n";
  writeFileSync(join(user, ".gitattributes"), "*.bin filter=lfs diff=lfs merge=lfs -text\n");
  writeFileSync(join(user, "model.bin"), pointer);
  const base = await commitAll(user);
  const workspace = await workspaceOf(base);
  expect(readFileSync(join(workspace.root, "model.bin"), "utf8")).toBe(pointer);
  const sessionDir = join(folder.path, "none");
  const { changes } = await takeSnapshot({
    workspace,
    sessionDir,
    base,
    parentCommit: base,
    ledger: "{}",
    message: "turn",
    turn: 1,
  });
  expect(changes.files).toBe(0);
});

test("a submodule stays the reference it is, filled or empty", async () => {
  const library = join(folder.path, "library");
  mkdirSync(library);
  writeFileSync(join(library, "l"), "l");
  await commitAll(library);
  await git(["init", "--quiet", "."], { cwd: user });
  await git(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library, "lib"], { cwd: user });
  const base = await commitAll(user);
  const workspace = await workspaceOf(base);
  const sessionDir = join(folder.path, "none");
  const snapshot = () =>
    takeSnapshot({ workspace, sessionDir, base, parentCommit: base, ledger: "{}", message: "turn", turn: 1 });
  expect((await snapshot()).changes.files).toBe(0);
  await git(["-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init"], { cwd: workspace.root });
  expect(existsSync(join(workspace.root, "lib/l"))).toBe(true);
  expect((await snapshot()).changes.files).toBe(0);
  await restoreWorkspace({ workspace, commit: base });
  expect(existsSync(join(workspace.root, "lib/l"))).toBe(true);
});

test("the workspace is a repository of its own with the user's origin, and survives what an agent does to it", async () => {
  writeFileSync(join(user, "a"), "a");
  const base = await commitAll(user);
  const workspace = await workspaceOf(base);
  expect((await git(["remote", "get-url", "origin"], { cwd: workspace.root })).toString()).toBe(
    "ssh://git@example.org/x/user.git\n",
  );
  writeFileSync(join(workspace.root, "a"), "own");
  await git(["commit", "--quiet", "-am", "agent's own commit"], { cwd: workspace.root });
  await git(["checkout", "--quiet", "--orphan", "elsewhere"], { cwd: workspace.root });
  await git(["pack-refs", "--all", "--prune"], { cwd: workspace.root });
  await git(["branch", "-D", "--quiet", "baton/t-1"], { cwd: workspace.root });
  await git(["branch", "baton", base], { cwd: workspace.root });
  await restoreWorkspace({ workspace, commit: base });
  expect((await git(["rev-parse", "HEAD"], { cwd: workspace.root })).toString().trim()).toBe(base);
  expect(await status(workspace.root)).toBe("");
  rmSync(join(workspace.root, ".git"), { recursive: true });
  writeFileSync(join(workspace.root, ".git"), "gitdir: /nowhere\n");
  await restoreWorkspace({ workspace, commit: base });
  expect(await status(workspace.root)).toBe("");
  expect(readFileSync(join(workspace.root, "a"), "utf8")).toBe("a");
});

test("an untouched workspace is brought on to another commit, one that differs there is not", async () => {
  const put = (root: string, name: string, text: string) => {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  for (const name of ["same", "changes", "goes/away", "a/b"]) put(user, name, name);
  const base = await commitAll(user);
  put(user, "changes", "changed");
  rmSync(join(user, "goes"), { recursive: true });
  put(user, "comes/new", "new");
  const next = await commitAll(user);
  const advanced = async (touch: (root: string) => void) => {
    rmSync(join(folder.path, "thread"), { recursive: true, force: true });
    rmSync(join(folder.path, "store.git"), { recursive: true, force: true });
    const store = await storeOf(user, next, join(folder.path, "store.git"));
    const workspace = await createWorkspace({ store, dir: join(folder.path, "thread"), thread: "t-1", commit: base });
    touch(workspace.root);
    const done = await advanceWorkspace({ workspace, from: base, to: next });
    return { done, root: workspace.root };
  };
  const { done, root } = await advanced((work) => put(work, "untracked", "by setup"));
  expect(done).toBe(true);
  expect([readFileSync(join(root, "changes"), "utf8"), existsSync(join(root, "goes"))]).toEqual(["changed", false]);
  expect(await status(root)).toBe("?? untracked\n");
  expect((await git(["rev-parse", "HEAD"], { cwd: root })).toString().trim()).toBe(next);
  expect((await advanced((work) => put(work, "changes", "touched"))).done).toBe(false);
  expect((await advanced((work) => put(work, "comes/new", "in the way"))).done).toBe(false);
  expect((await advanced((work) => rmSync(work, { recursive: true }))).done).toBe(false);
});
