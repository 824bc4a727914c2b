import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { deliverBranch } from "./deliver-branch.ts";
import { dirtyCommit } from "./dirty-commit.ts";
import { git } from "./git.ts";
import { createObjectWriter } from "./object-writer.ts";
import { indexPack, packObjects } from "./pack.ts";
import { commitAll, contentOf, scratchFolder, storeOf } from "./test-repository.ts";

let folder: ReturnType<typeof scratchFolder>;
let root: string;
let base: string;
let store: string;

beforeEach(async () => {
  folder = scratchFolder();
  root = join(folder.path, "user");
  mkdirSync(root);
  writeFileSync(join(root, "a"), "a");
  base = await commitAll(root);
  store = await storeOf(root, base, join(folder.path, "store.git"));
  for (const hook of ["reference-transaction", "pre-push", "post-index-change", "post-commit"]) {
    mkdirSync(join(root, ".git/hooks"), { recursive: true });
    writeFileSync(join(root, ".git/hooks", hook), `#!/bin/sh\ntouch '${folder.path}/hook-ran'\n`);
    chmodSync(join(root, ".git/hooks", hook), 0o755);
  }
});
afterEach(() => {
  expect(existsSync(join(folder.path, "hook-ran"))).toBe(false);
  folder.remove();
});

const text = async (...args: string[]) => (await git(args, { cwd: root })).toString().trim();
const pack = (commit: string) => () => packObjects({ gitDir: store, wants: [commit], haves: [base] });

async function work(parent: string, content: string): Promise<string> {
  const writer = createObjectWriter(join(store, "objects"), base);
  const tree = await writer.tree([{ mode: "100644", name: "a", id: await writer.blob(Buffer.from(content)) }]);
  return writer.commit({ tree, parents: [parent], message: content, at: 1_700_000_000_000 });
}

test("a branch appears, moves forward and is pushed; nothing else of the user's changes", async () => {
  await git(["init", "--quiet", "--bare", "remote.git"], { cwd: folder.path });
  await text("remote", "add", "origin", join(folder.path, "remote.git"));
  const own = (path: string) =>
    /\.git\/(objects|refs\/heads\/baton|logs\/refs\/heads\/baton|refs\/remotes|logs\/refs\/remotes)/.test(path);
  const before = contentOf(root, own);
  const one = await work(base, "one");
  const two = await work(one, "two");
  await deliverBranch({ root, branch: "baton/x", commit: one, pack: pack(one) });
  await deliverBranch({ root, branch: "baton/x", commit: one, pack: pack(one) });
  await deliverBranch({ root, branch: "baton/x", commit: two, pack: pack(two), push: "origin" });
  expect(await text("rev-parse", "baton/x")).toBe(two);
  expect(await text("ls-remote", "origin", "refs/heads/baton/x")).toContain(two);
  expect(contentOf(root, own)).toEqual(before);
});

test("a branch with other work, a checked out one and one outside baton/ are refused", async () => {
  const [one, other] = [await work(base, "one"), await work(base, "other")];
  await deliverBranch({ root, branch: "baton/x", commit: one, pack: pack(one) });
  const deliver = (branch: string) => deliverBranch({ root, branch, commit: other, pack: pack(other) });
  await expect(deliver("baton/x")).rejects.toMatchObject({ type: "Delivery", message: expect.stringContaining("other work") });
  await text("worktree", "add", "--quiet", join(folder.path, "tree"), "-b", "baton/y");
  await expect(deliver("baton/y")).rejects.toMatchObject({ type: "Delivery", message: expect.stringContaining("checked out") });
  await expect(deliver("main")).rejects.toMatchObject({ type: "Delivery" });
  await expect(deliver("baton/--x..y")).rejects.toMatchObject({ type: "Delivery" });
  expect(await text("rev-parse", "baton/x")).toBe(one);
});

test("a push that fails says why, without the password", async () => {
  const one = await work(base, "one");
  const push = "https://me:secret@127.0.0.1:1/x.git";
  const failing = deliverBranch({ root, branch: "baton/x", commit: one, pack: pack(one), push });
  await expect(failing).rejects.toMatchObject({ type: "Delivery", message: expect.not.stringContaining("secret") });
});

test("uncommitted and untracked work becomes a commit that the user's repository never sees", async () => {
  writeFileSync(join(root, "a"), "edited");
  writeFileSync(join(root, "staged"), "staged");
  await text("add", "staged");
  writeFileSync(join(root, "-untracked\n"), "new");
  const before = contentOf(root);
  const dirty = await dirtyCommit({ root, head: base, message: "Work in progress" });
  await indexPack({ gitDir: store }, packObjects({ gitDir: dirty.gitDir, wants: [dirty.commit], haves: [base] }));
  await dirty.dispose();
  expect(contentOf(root)).toEqual(before);
  const listed = await git(["ls-tree", "-r", "--name-only", "-z", dirty.commit], { cwd: store, gitDir: store });
  expect(listed.toString().split("\0").filter(Boolean)).toEqual(["-untracked\n", "a", "staged"]);
  expect(existsSync(dirty.gitDir)).toBe(false);
  expect(readFileSync(join(root, "a"), "utf8")).toBe("edited");
});
