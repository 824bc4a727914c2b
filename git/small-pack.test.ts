import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git } from "./git.ts";
import { isConnected } from "./object-store.ts";
import { smallPack } from "./small-pack.ts";
import { commitAll, scratchFolder } from "./test-repository.ts";

let folder: ReturnType<typeof scratchFolder>;
let root: string;
let gitDir: string;
let base: string;

beforeEach(async () => {
  folder = scratchFolder();
  root = join(folder.path, "user");
  gitDir = join(root, ".git");
  mkdirSync(join(root, "deep/er"), { recursive: true });
  for (const name of ["a", "deep/b", "deep/er/c"]) writeFileSync(join(root, name), `${name}\n`.repeat(100));
  base = await commitAll(root);
  await git(["repack", "-a", "-d", "-q"], { cwd: root });
});
afterEach(() => folder.remove());

/** Object ids in a pack, after a repository that has only the base took it in. */
async function arrive(pack: Buffer, commits: readonly string[]): Promise<number> {
  const other = join(folder.path, "other.git");
  rmSync(other, { recursive: true, force: true });
  cpSync(join(folder.path, "base.git"), other, { recursive: true });
  await git(["unpack-objects", "-q", "--strict"], { cwd: other, gitDir: other, stdin: pack });
  for (const commit of commits) expect(await isConnected(other, commit)).toBe(true);
  return pack.readUInt32BE(8);
}

test("only what is new travels, and arrives whole", async () => {
  cpSync(gitDir, join(folder.path, "base.git"), { recursive: true });
  writeFileSync(join(root, "deep/er/c"), "changed\n");
  const first = await commitAll(root);
  const pack = smallPack({ gitDir, want: first, haves: [base] });
  // One commit, three trees, one blob.
  expect(await arrive(pack ?? Buffer.alloc(0), [first])).toBe(5);

  writeFileSync(join(root, "new file"), randomBytes(20_000));
  const second = await commitAll(root);
  const both = smallPack({ gitDir, want: second, haves: [base] });
  expect(await arrive(both ?? Buffer.alloc(0), [first, second])).toBe(8);
  expect(smallPack({ gitDir, want: second, haves: [first] })?.readUInt32BE(8)).toBe(3);
});

test("of a large folder only the entries that changed travel", async () => {
  for (let index = 0; index < 100; index += 1) writeFileSync(join(root, `deep/file-${index}`), `${index}\n`);
  const first = await commitAll(root);
  cpSync(gitDir, join(folder.path, "base.git"), { recursive: true });
  for (const name of ["file-7", "file-99", "new"]) writeFileSync(join(root, "deep", name), "changed\n");
  rmSync(join(root, "deep/file-40"));
  const second = await commitAll(root);
  const pack = smallPack({ gitDir, want: second, haves: [first] }) ?? Buffer.alloc(0);
  expect(await arrive(pack, [second])).toBe(4);
  // The ids of its entries alone are 2,000 bytes.
  expect(pack.length).toBeLessThan(600);
});

test("a change that is taken back and made again arrives whole", async () => {
  for (let index = 0; index < 100; index += 1) writeFileSync(join(root, `deep/file-${index}`), `${index}\n`);
  const first = await commitAll(root);
  cpSync(gitDir, join(folder.path, "base.git"), { recursive: true });
  const commits: string[] = [];
  for (const text of ["one\n", "7\n", "one\n", "7\n"]) {
    writeFileSync(join(root, "deep/file-7"), text);
    commits.push(await commitAll(root, text));
  }
  await arrive(smallPack({ gitDir, want: commits[3] ?? "", haves: [first] }) ?? Buffer.alloc(0), commits);
});

test("much is left to git", async () => {
  writeFileSync(join(root, "large"), randomBytes(100_000));
  const large = await commitAll(root);
  expect(smallPack({ gitDir, want: large, haves: [base] })).toBeUndefined();

  rmSync(join(root, "large"));
  for (let index = 0; index < 250; index += 1) writeFileSync(join(root, `file-${index}`), `${index}`);
  const many = await commitAll(root);
  expect(smallPack({ gitDir, want: many, haves: [large] })).toBeUndefined();
});

test("a commit in a pack is left to git", () => {
  expect(smallPack({ gitDir, want: base, haves: [] })).toBeUndefined();
});
