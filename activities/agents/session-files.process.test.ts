import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { putWholeLines } from "./session-files.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-sessions-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["whole lines", "one\ntwo\n", "one\ntwo\n"],
  ["a line that is still being written", 'one\ntwo\n{"half', "one\ntwo\n"],
  ["an unended line longer than a block", `one\n${"x".repeat(200_000)}`, "one\n"],
  ["no ended line", "half", ""],
  ["nothing", "", ""],
])("a copy of %s has the whole lines, and nothing else is left beside it", async (_, written, copied) => {
  const from = join(folder, "session.jsonl");
  const to = join(folder, "copy.jsonl");
  await writeFile(from, written);
  await putWholeLines(from, to);
  expect(await readFile(to, "utf8")).toBe(copied);
  expect(await readFile(from, "utf8")).toBe(written);
  expect((await readdir(folder)).toSorted()).toEqual(["copy.jsonl", "session.jsonl"]);
});
