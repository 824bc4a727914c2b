import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git, withoutCredentials } from "./git.ts";
import { inspectRepository } from "./inspect-repository.ts";
import { commitAll, contentOf, scratchFolder } from "./test-repository.ts";

let folder: ReturnType<typeof scratchFolder>;
let root: string;
let head: string;

beforeEach(async () => {
  folder = scratchFolder();
  root = join(folder.path, "shop");
  mkdirSync(root);
  writeFileSync(join(root, "a"), "a");
  head = await commitAll(root);
});
afterEach(() => folder.remove());

test("a repository is described and not changed, not even its index", async () => {
  writeFileSync(join(root, "a"), "changed");
  writeFileSync(join(root, "new\nname"), "");
  writeFileSync(join(root, ".gitattributes"), "*.bin filter=lfs diff=lfs\n");
  const before = contentOf(root);
  const found = await inspectRepository(join(root, "."));
  expect(found).toMatchObject({ root, head, branch: "main", shallow: false, submodules: false, lfs: true });
  expect(found.dirty).toEqual({ tracked: 1, untracked: 2 });
  expect(found.ref).toMatchObject({ name: "shop", base: head, shallow: [] });
  expect(contentOf(root)).toEqual(before);
});

test("every clone of a repository has the same id, and its origin holds no password", async () => {
  const one = await inspectRepository(root);
  await git(["clone", "--quiet", root, join(folder.path, "copy")], { cwd: folder.path });
  const copy = join(folder.path, "copy");
  expect((await inspectRepository(copy)).ref.id).toBe(one.ref.id);
  await git(["remote", "set-url", "origin", "https://me:secret@example.org/x/shop.git"], { cwd: copy });
  expect((await inspectRepository(copy)).ref).toMatchObject({ id: one.ref.id, origin: "https://example.org/x/shop.git" });
});

test("credentials leave every kind of address, but for the user of ssh", () => {
  expect(withoutCredentials("at https://token@h/x and http://u:p@h:80/y")).toBe("at https://h/x and http://h:80/y");
  expect(withoutCredentials("ssh://git:pw@h/x git@h:x.git ssh://git@h/x")).toBe("ssh://git@h/x git@h:x.git ssh://git@h/x");
});

test("a detached HEAD and a shallow clone are told", async () => {
  await commitAll(root, "second");
  const shallow = join(folder.path, "shallow");
  await git(["clone", "--quiet", "--depth=1", `file://${root}`, shallow], { cwd: folder.path });
  await git(["checkout", "--quiet", "--detach"], { cwd: shallow });
  const found = await inspectRepository(shallow);
  expect(found).toMatchObject({ branch: null, shallow: true });
  expect(found.ref.shallow).toEqual([found.head]);
});

test("a folder that Baton cannot work on is refused with what to do", async () => {
  const refusals = { empty: "has no commit yet", bare: "bare repository", none: "not a git repository" };
  for (const name of Object.keys(refusals)) mkdirSync(join(folder.path, name));
  await git(["init", "--quiet", "."], { cwd: join(folder.path, "empty") });
  await git(["init", "--quiet", "--bare", "."], { cwd: join(folder.path, "bare") });
  for (const [name, message] of Object.entries(refusals)) {
    await expect(inspectRepository(join(folder.path, name))).rejects.toMatchObject({
      type: "Repository",
      message: expect.stringContaining(message),
      where: expect.stringContaining(name),
      next: expect.any(String),
    });
  }
  await expect(inspectRepository(join(folder.path, "missing"))).rejects.toMatchObject({ type: "Repository" });
});

test.runIf(process.getuid?.() === 0)("somebody else's repository is refused with git's remedy", async () => {
  execFileSync("chown", ["-R", "12345", root]);
  await expect(inspectRepository(root)).rejects.toMatchObject({ next: expect.stringContaining("safe.directory") });
});

test("a repository is found through a link and in a linked work tree", async () => {
  symlinkSync(root, join(folder.path, "link"));
  expect((await inspectRepository(join(folder.path, "link"))).head).toBe(head);
  await git(["worktree", "add", "--quiet", "../tree"], { cwd: root });
  expect((await inspectRepository(join(folder.path, "tree"))).branch).toBe("tree");
});
