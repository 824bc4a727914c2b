import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { scratchFolder } from "../git/test-repository.ts";
import { connectHub } from "./hub-client.ts";
import { bytesOf, checkpointOf, createTestWork } from "./test-hub.ts";

let folder: ReturnType<typeof scratchFolder>;
const started: ChildProcess[] = [];
const main = fileURLToPath(new URL("main.ts", import.meta.url));

beforeEach(() => {
  folder = scratchFolder();
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  folder.remove();
});

function start(more: Record<string, string> = {}) {
  const ready = join(folder.path, "ready.json");
  rmSync(ready, { force: true });
  const env = { PATH: process.env["PATH"], BATON_STATE_DIR: folder.path, BATON_READY_FILE: ready, ...more };
  const child = spawn(process.execPath, ["--import", "tsx", main], { env, stdio: ["ignore", "inherit", "pipe"] });
  started.push(child);
  const log: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => log.push(chunk.toString()));
  return { child, log, ready };
}

async function whenReady({ ready }: { ready: string }): Promise<{ pid: number; address: string }> {
  await expect.poll(() => existsSync(ready), { interval: 20, timeout: 10_000 }).toBe(true);
  return JSON.parse(readFileSync(ready, "utf8")) as { pid: number; address: string };
}

test("a hub killed in mid-push comes back with what it had, and takes the push again", async () => {
  const work = await createTestWork();
  const first = start();
  const { pid, address } = await whenReady(first);
  expect(pid).toBe(first.child.pid);
  const hub = connectHub({ address });
  await hub.openRepository({ repository: "repo-1" });
  await hub.pushBase({ repository: "repo-1", commit: work.base }, work.pack(work.base));
  await hub.claimEpoch({ repository: "repo-1", thread: "t", epoch: 1 });
  const made = await work.commit("one");
  const pack = await bytesOf(work.pack(made.commit, [work.base]));
  async function* killedHalfWay() {
    yield pack.subarray(0, 50);
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    yield pack.subarray(50);
  }
  await expect(hub.pushCheckpoint(checkpointOf(made), killedHalfWay())).rejects.toMatchObject({ type: "HubUnreachable" });
  hub.close();

  const again = connectHub(await whenReady(start()));
  await expect(again.claimEpoch({ repository: "repo-1", thread: "t", epoch: 0 })).rejects.toMatchObject({ type: "StaleEpoch" });
  await again.pushCheckpoint(checkpointOf(made), work.pack(made.commit, [work.base]));
  expect((await again.readCheckpoint({ repository: "repo-1", thread: "t" })).checkpoint?.snapshot).toBe(made.commit);
  again.close();
  work.remove();
}, 20_000);

test("SIGTERM stops the hub in order while somebody follows, and its log is JSON lines", async () => {
  const running = start();
  const { address } = await whenReady(running);
  const hub = connectHub({ address });
  const abort = new AbortController();
  const lines = hub.tailTranscript({ thread: "t", offset: 0, follow: true, signal: abort.signal });
  const following = lines[Symbol.asyncIterator]().next();
  await hub.openRepository({ repository: "r" });
  running.child.kill("SIGTERM");
  expect(await once(running.child, "exit")).toEqual([0, null]);
  abort.abort();
  await following;
  hub.close();
  expect(existsSync(join(folder.path, "hub/lock"))).toBe(false);
  const logged = running.log.join("").trim().split("\n");
  expect(logged.map((line) => JSON.parse(line) as unknown)).toContainEqual(
    expect.objectContaining({ level: "info", service: "hub", msg: "hub stopped" }),
  );
}, 20_000);

test.each(["BATON_HUB_PORT", "BATON_LOG_LEVEL"])(
  "a hub whose %s is none says so and ends",
  async (name) => {
    const running = start({ [name]: "x" });
    expect(await once(running.child, "close")).toEqual([2, null]);
    expect(JSON.parse(running.log.join(""))).toMatchObject({
      level: "fatal",
      type: "Settings",
      msg: expect.stringContaining(name),
    });
  },
  20_000,
);
