import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { boundedDiff } from "./diff.ts";
import { git } from "./git.ts";
import { isConnected, openObjectStore, presentObjects } from "./object-store.ts";
import { indexPack, packObjects } from "./pack.ts";
import { commitAll, scratchFolder, storeOf } from "./test-repository.ts";

let folder: ReturnType<typeof scratchFolder>;
let root: string;

beforeEach(() => {
  folder = scratchFolder();
  root = join(folder.path, "user");
  mkdirSync(root);
});
afterEach(() => folder.remove());

async function read(pack: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of pack) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inParts(content: Buffer, size = 50_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

test("a small and a large damaged or cut pack are refused and leave nothing behind", async () => {
  writeFileSync(join(root, "small"), "small");
  const small = await commitAll(root);
  writeFileSync(join(root, "large"), randomBytes(3_000_000));
  const large = await commitAll(root);
  const { gitDir } = await openObjectStore({ gitDir: join(folder.path, "store.git") });
  for (const want of [small, large]) {
    const whole = await read(packObjects({ gitDir: join(root, ".git"), wants: [want], haves: [] }));
    const flipped = Buffer.from(whole);
    flipped[flipped.length - 30] = (flipped[flipped.length - 30] ?? 0) ^ 0xff;
    for (const bad of [whole.subarray(0, whole.length - 40), flipped, Buffer.from("no pack at all")]) {
      await expect(indexPack({ gitDir }, inParts(bad))).rejects.toMatchObject({ type: "Workspace" });
    }
    await indexPack({ gitDir }, inParts(whole));
    expect(await isConnected(gitDir, want)).toBe(true);
  }
  expect(readdirSync(join(gitDir, "objects")).filter((name) => name.startsWith("incoming-"))).toEqual([]);
  expect(readdirSync(join(gitDir, "objects/pack")).some((name) => name.startsWith("tmp_"))).toBe(false);
});

test("haves that the sender does not know are left out", async () => {
  writeFileSync(join(root, "a"), "a");
  const commit = await commitAll(root);
  const haves = ["1".repeat(40), commit];
  const packed = await read(packObjects({ gitDir: join(root, ".git"), wants: [commit], haves }));
  expect(packed.readUInt32BE(8)).toBe(0);
  expect(await presentObjects(join(root, ".git"), haves)).toEqual([commit]);
});

test("an unknown want is a failure, not an empty pack", async () => {
  await commitAll(root);
  const packing = read(packObjects({ gitDir: join(root, ".git"), wants: ["2".repeat(40)], haves: [] }));
  await expect(packing).rejects.toMatchObject({ type: "Workspace" });
});

test("a reader that stops early ends the packing", async () => {
  writeFileSync(join(root, "large"), randomBytes(5_000_000));
  const commit = await commitAll(root);
  for await (const chunk of packObjects({ gitDir: join(root, ".git"), wants: [commit], haves: [] })) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
});

test("a file of 100 MB travels", async () => {
  writeFileSync(join(root, "huge"), "");
  truncateSync(join(root, "huge"), 100 * 1024 * 1024);
  const commit = await commitAll(root);
  const store = await storeOf(root, commit, join(folder.path, "store.git"));
  const size = await git(["cat-file", "-s", `${commit}:huge`], { cwd: store, gitDir: store });
  expect(Number(size.toString())).toBe(100 * 1024 * 1024);
}, 20_000);

test("a shallow clone's commits can be stored, walked and packed again", async () => {
  writeFileSync(join(root, "a"), "a");
  await commitAll(root);
  writeFileSync(join(root, "a"), "b");
  const commit = await commitAll(root);
  const clone = join(folder.path, "shallow");
  await git(["clone", "--quiet", "--depth=1", `file://${root}`, clone], { cwd: folder.path });
  const { gitDir } = await openObjectStore({ gitDir: join(folder.path, "store.git"), shallow: [commit] });
  await indexPack({ gitDir }, packObjects({ gitDir: join(clone, ".git"), wants: [commit], haves: [] }));
  expect(await isConnected(gitDir, commit)).toBe(true);
  expect((await read(packObjects({ gitDir, wants: [commit], haves: [] }))).readUInt32BE(8)).toBe(3);
});

test("a diff is bounded per file and in total, and says what it leaves out", async () => {
  writeFileSync(join(root, "keep"), "");
  const base = await commitAll(root);
  writeFileSync(join(root, "a-small.txt"), "diff --git a/fake b/fake\nhello\n");
  writeFileSync(join(root, "b-long.txt"), "long line\n".repeat(10_000));
  writeFileSync(join(root, "c.bin"), Buffer.alloc(1000));
  writeFileSync(join(root, "d-wide.txt"), "x".repeat(3_000_000));
  for (let at = 0; at < 50; at += 1) writeFileSync(join(root, `e-${at}.txt`), "line\n".repeat(100));
  const commit = await commitAll(root);
  const gitDir = join(root, ".git");
  const diff = await boundedDiff({ gitDir, base, commit, fileBytes: 2000, totalBytes: 8000 });
  expect(diff.files).toHaveLength(54);
  expect(diff.files[2]).toEqual({ path: "c.bin", added: null, removed: null });
  expect(diff.text.length).toBeLessThan(12_000);
  expect(diff.truncated).toBe(true);
  expect(diff.text).toContain("+hello");
  expect(diff.text).toContain("Binary files /dev/null and b/c.bin differ");
  expect(diff.text).toMatch(/more bytes of this file's diff are not shown/);
  expect(diff.text).toMatch(/\[\d+ more changed files are not shown:\]\n {2}e-/);
  const whole = await boundedDiff({ gitDir, base, commit: base });
  expect(whole).toEqual({ text: "", files: [], truncated: false });
});

test("a diff stays in its bound whatever files are called and however they are encoded", async () => {
  writeFileSync(join(root, "keep"), "");
  const base = await commitAll(root);
  const files = Array.from({ length: 300 }, (_, at) => `${"long-name".repeat(20)}-${at}`);
  for (const file of files) writeFileSync(join(root, file), Buffer.alloc(5000, "\xe9\xe9\xe9\n", "latin1"));
  const commit = await commitAll(root);
  const { text } = await boundedDiff({ gitDir: join(root, ".git"), base, commit, totalBytes: 50_000 });
  expect(Buffer.byteLength(text)).toBeLessThan(50_000 + 17_000);
  expect(text).toMatch(/\[29\d more changed files are not shown:\]/);
});
