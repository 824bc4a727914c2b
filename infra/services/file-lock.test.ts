import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { scratchFolder } from "../../git/test-repository.ts";
import { identifyProcess } from "../../process/process-identity.ts";
import { withFileLock } from "./file-lock.ts";

function request() {
  const { path, remove } = scratchFolder();
  onTestFinished(remove);
  return { file: join(path, "lock"), waitMs: 5000, onWait: () => undefined };
}

test("only one at a time holds it, and it is free afterwards", async () => {
  const lock = request();
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await Promise.resolve();
    inside -= 1;
  };
  await Promise.all([withFileLock(lock, work), withFileLock(lock, work), withFileLock(lock, work)]);
  expect(most).toBe(1);
  expect(existsSync(lock.file)).toBe(false);
});

test("it is free again when the work fails", async () => {
  const lock = request();
  await expect(withFileLock(lock, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(existsSync(lock.file)).toBe(false);
});

test("a holder that died does not count, even when its number lives again", async () => {
  const lock = request();
  writeFileSync(lock.file, JSON.stringify({ pid: process.pid, startTime: "another life" }));
  expect(await withFileLock(lock, async () => "mine")).toBe("mine");
});

test("waiting for a living holder ends with its process number", async () => {
  const lock = { ...request(), waitMs: 0 };
  writeFileSync(lock.file, JSON.stringify(identifyProcess(process.pid)));
  await expect(withFileLock(lock, async () => "mine")).rejects.toMatchObject({
    type: "Conflict",
    message: expect.stringContaining(String(process.pid)),
  });
});
