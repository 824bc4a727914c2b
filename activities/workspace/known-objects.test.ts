import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { knownObjects, noteObjects } from "./known-objects.ts";
import { threadFolder, type ThreadFolder } from "./open-threads.ts";

let root: string;
let folder: ThreadFolder;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "baton-known-"));
  folder = threadFolder(root, "cart-7f3k", "cart");
  mkdirSync(folder.root, { recursive: true });
  makeStore();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function makeStore(): void {
  mkdirSync(folder.store, { recursive: true });
  writeFileSync(join(folder.store, "baton-store"), "");
}

test("what was noted last is known", async () => {
  expect(await knownObjects(folder)).toEqual([]);
  await noteObjects(folder, ["base"]);
  await noteObjects(folder, ["base", "snapshot"]);
  expect(await knownObjects(folder)).toEqual(["base", "snapshot"]);
});

test("nothing is known of a store that was made anew, or is gone", async () => {
  await noteObjects(folder, ["base"]);
  rmSync(folder.store, { recursive: true });
  expect(await knownObjects(folder)).toEqual([]);
  makeStore();
  expect(await knownObjects(folder)).toEqual([]);
});

test("a damaged note tells nothing", async () => {
  await noteObjects(folder, ["base"]);
  writeFileSync(join(folder.root, "objects.json"), '{"store":');
  expect(await knownObjects(folder)).toEqual([]);
});
