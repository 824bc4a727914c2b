import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createObjectWriter } from "./object-writer.ts";
import { openObjectStore } from "./object-store.ts";
import { restoreSession } from "./restore-session.ts";
import { contentOf, scratchFolder } from "./test-repository.ts";
import { writeSession } from "./write-session.ts";
import { bindSnapshot } from "./bind-snapshot.ts";

const chunk = 256 * 1024;

let folder: ReturnType<typeof scratchFolder>;
let gitDir: string;
/** Where sessions are written, and where they are restored. */
let source: string;
let target: string;

beforeEach(async () => {
  folder = scratchFolder();
  ({ gitDir } = await openObjectStore({ gitDir: join(folder.path, "store.git") }));
  [source, target] = [join(folder.path, "source"), join(folder.path, "target")];
  mkdirSync(source);
});
afterEach(() => folder.remove());

const put = (name: string, content: string | Buffer) => {
  mkdirSync(join(source, name, ".."), { recursive: true });
  writeFileSync(join(source, name), content);
};
const bytes = (length: number, seed = 0) => Buffer.from(Array.from({ length }, (_, at) => (at * 7 + (at >> 9) + seed) % 256));

async function snapshot(): Promise<string> {
  const writer = createObjectWriter(join(gitDir, "objects"), "0".repeat(40));
  const session = await writeSession(writer, source, join(folder.path, "source.cache"));
  return bindSnapshot(writer, { work: await writer.tree([]), session, ledger: "{}", parents: [], message: "snapshot", at: 0 });
}

async function travels(): Promise<void> {
  await restoreSession({ gitDir, snapshot: await snapshot(), sessionDir: target, cachePath: join(folder.path, "target.cache") });
  const relative = (root: string) => [...contentOf(root)].map(([path, content]) => [path.slice(root.length), content]);
  expect(relative(target)).toEqual(relative(source));
}

const inode = (name: string) => statSync(join(target, name)).ino;

test("a transcript that grew gets its end, wherever that begins", async () => {
  for (const size of [0, 10, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 5]) {
    put("log.jsonl", bytes(size));
    await travels();
  }
  const before = inode("log.jsonl");
  writeFileSync(join(source, "log.jsonl"), "one line more\n", { flag: "a" });
  await travels();
  expect(inode("log.jsonl")).toBe(before);
});

test("files that shrank, changed inside, went, came or got another mode are as they were written", async () => {
  for (const name of ["shrinks", "changes", "goes", "mode", "becomes-folder"]) put(name, bytes(2 * chunk + 7));
  put("folder/inside", "x");
  await travels();
  put("shrinks", bytes(chunk));
  put("changes", Buffer.concat([bytes(chunk), bytes(chunk + 7, 1)]));
  rmSync(join(source, "goes"));
  chmodSync(join(source, "mode"), 0o400);
  rmSync(join(source, "becomes-folder"));
  put("becomes-folder/file", "y");
  rmSync(join(source, "folder"), { recursive: true });
  put("folder", "now a file");
  await travels();
  expect(readdirSync(target).toSorted()).toEqual(["becomes-folder", "changes", "folder", "mode", "shrinks"]);
});

test("what was done to the folder since is undone, whatever its times say", async () => {
  put("a", bytes(chunk + 1));
  put("b", "b");
  await travels();
  const { atime, mtime } = statSync(join(target, "a"));
  writeFileSync(join(target, "a"), bytes(chunk + 1, 3));
  utimesSync(join(target, "a"), atime, mtime);
  rmSync(join(target, "b"));
  writeFileSync(join(target, "junk"), "junk");
  await travels();
});

test("nothing is written through links, nor into a file that has another name elsewhere", async () => {
  put("sub/log", bytes(chunk));
  put("linked", bytes(chunk));
  await travels();
  const outside = join(folder.path, "outside");
  renameSync(join(target, "sub"), outside);
  symlinkSync(outside, join(target, "sub"));
  linkSync(join(target, "linked"), join(folder.path, "other-name"));
  writeFileSync(join(source, "sub/log"), "more", { flag: "a" });
  writeFileSync(join(source, "linked"), "more", { flag: "a" });
  await travels();
  expect(lstatSync(join(target, "sub")).isDirectory()).toBe(true);
  expect(readFileSync(join(outside, "log")).equals(bytes(chunk))).toBe(true);
  expect(readFileSync(join(folder.path, "other-name")).equals(bytes(chunk))).toBe(true);
});
