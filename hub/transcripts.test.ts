import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { scratchFolder } from "../git/test-repository.ts";
import type { TranscriptTail } from "./hub.ts";
import { splitAddress } from "../config/hub-settings.ts";
import { connectHub } from "./hub-client.ts";
import { startHubServer } from "./server.ts";
import { bytesOf, startTestHub, type TestHub } from "./test-hub.ts";

let folder: ReturnType<typeof scratchFolder>;
let running: TestHub;
const thread = "error";

beforeEach(async () => {
  folder = scratchFolder();
  running = await startTestHub(folder.path);
});

afterEach(async () => {
  await running.stop();
  folder.remove();
});

async function linesOf(request: Partial<TranscriptTail> = {}) {
  const lines: { line: string; nextOffset: number }[] = [];
  for await (const each of running.hub.tailTranscript({ thread, offset: 0, follow: false, ...request })) lines.push(each);
  return lines;
}

const append = (...lines: string[]) => running.hub.appendTranscript({ thread, epoch: 1, lines });

test("lines come back in order, and any offset goes on where it was", async () => {
  expect(await linesOf()).toEqual([]);
  await append("one", "", "drei ✓");
  const all = await linesOf();
  expect(all).toEqual([
    { line: "one", nextOffset: 4 },
    { line: "", nextOffset: 5 },
    { line: "drei ✓", nextOffset: 14 },
  ]);
  expect(await linesOf({ offset: 4 })).toEqual(all.slice(1));
  expect(await linesOf({ offset: 14 })).toEqual([]);
  expect(await linesOf({ offset: 1000 })).toEqual([]);
});

test("a follower sees what is appended, and ends when aborted", async () => {
  await append("before");
  const abort = new AbortController();
  const seen: string[] = [];
  for await (const { line } of running.hub.tailTranscript({ thread, offset: 0, follow: true, signal: abort.signal })) {
    seen.push(line);
    if (line === "before") await append("during");
    if (line === "during") await append("last", "more");
    if (line === "last") abort.abort();
  }
  expect(seen.slice(0, 3)).toEqual(["before", "during", "last"]);
});

test("a follower of a thread without a transcript waits for it", async () => {
  const lines = running.hub.tailTranscript({ thread, offset: 0, follow: true })[Symbol.asyncIterator]();
  const first = lines.next();
  await append("first");
  expect((await first).value).toMatchObject({ line: "first" });
  await lines.return?.();
});

test("an aborted follower that waits ends", async () => {
  const abort = new AbortController();
  const following = linesOf({ follow: true, signal: abort.signal });
  abort.abort();
  expect(await following).toEqual([]);
});

test("a follower goes on after the hub was restarted on the same port", async () => {
  const lines = running.hub.tailTranscript({ thread, offset: 0, follow: true })[Symbol.asyncIterator]();
  await append("one");
  expect((await lines.next()).value).toMatchObject({ line: "one" });
  const { address } = running.server;
  const next = lines.next();
  await running.server.stop();
  const { store } = running;
  const silent = () => undefined;
  const server = await startHubServer({ listen: listenAt(address), store, log: { info: silent, warn: silent, error: silent } });
  running = { ...running, server };
  const other = connectHub({ address });
  await other.appendTranscript({ thread, epoch: 1, lines: ["two"] });
  expect((await next).value).toMatchObject({ line: "two" });
  await lines.return?.();
  other.close();
});

test("a line that is too long or holds a line break is refused, and nothing is appended", async () => {
  const refusal = { type: "Usage" };
  await expect(append("fine", "a\nb")).rejects.toMatchObject(refusal);
  await expect(append("fine", "x".repeat(65_537))).rejects.toMatchObject(refusal);
  await expect(append("fine", "x".repeat(3_000_000))).rejects.toMatchObject(refusal);
  expect((await linesOf()).map((each) => each.line)).toEqual([]);
});

test("many long lines are sent in batches and read back whole", async () => {
  const lines = Array.from({ length: 60 }, (_, index) => `${index} ${"x".repeat(65_000)}`);
  await append(...lines);
  expect((await linesOf()).map((each) => each.line)).toEqual(lines);
});

test("half a line that a killed hub left is cut off when the next hub starts", async () => {
  const path = (name: string) => join(folder.path, "transcripts", `${name}.jsonl`);
  const half = `ha${"l".repeat(70_000)}`;
  await append("whole");
  await running.stop();
  appendFileSync(path(thread), half);
  for (const [name, text] of Object.entries({ only: half, short: "one\nt", empty: "" })) writeFileSync(path(name), text);
  running = await startTestHub(folder.path);
  expect((await running.hub.checkStore()).problems).toEqual([]);
  expect((await linesOf()).map((each) => each.line)).toEqual(["whole"]);
  await append("next");
  const read = (name: string) => readFileSync(path(name), "utf8");
  expect([thread, "only", "short", "empty"].map(read)).toEqual(["whole\nnext\n", "", "one\n", ""]);
});

test("artifacts are named by their content and come back byte for byte", async () => {
  const { hub } = running;
  const content = Buffer.alloc(1_500_000, "abc");
  const { artifact } = await hub.putArtifact(content);
  expect(artifact).toMatch(/^[0-9a-f]{64}$/);
  expect(await hub.putArtifact(content)).toEqual({ artifact });
  expect((await bytesOf(hub.getArtifact({ artifact }))).equals(content)).toBe(true);
  const empty = await hub.putArtifact(new Uint8Array());
  expect((await bytesOf(hub.getArtifact(empty))).length).toBe(0);
  expect(readdirSync(join(folder.path, "artifacts")).filter((name) => name.startsWith("."))).toEqual([]);
});

test("an unknown artifact is not found, and a reader may stop in the middle", async () => {
  const { hub } = running;
  const unknown = bytesOf(hub.getArtifact({ artifact: "0".repeat(64) }));
  await expect(unknown).rejects.toMatchObject({ type: "NotFound" });
  const { artifact } = await hub.putArtifact(Buffer.alloc(8_000_000));
  for await (const chunk of hub.getArtifact({ artifact })) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
});

test("a hub that is away is unreachable at once, and reachable again when it is back", async () => {
  const { address } = running.server;
  const { hub } = running;
  await append("one");
  await running.server.stop();
  await expect(append("two")).rejects.toMatchObject({ type: "HubUnreachable", where: address });
  await expect(bytesOf(hub.getArtifact({ artifact: "0".repeat(64) }))).rejects.toMatchObject({ type: "HubUnreachable" });
  await expect(hub.putArtifact(Buffer.alloc(2_000_000))).rejects.toMatchObject({ type: "HubUnreachable" });
  const silent = () => undefined;
  const server = await startHubServer({
    listen: listenAt(address),
    store: running.store,
    log: { info: silent, warn: silent, error: silent },
  });
  running = { ...running, server };
  const appended = () =>
    append("three").then(
      () => true,
      () => false,
    );
  await expect.poll(appended, { interval: 50, timeout: 3000 }).toBe(true);
});

function listenAt(address: string) {
  return { ...splitAddress(address, "test"), tokens: [] };
}

test("addresses beyond this machine are refused, and so is a taken port", async () => {
  const { store, server } = running;
  const silent = () => undefined;
  const start = (address: string) =>
    startHubServer({ listen: listenAt(address), store, log: { info: silent, warn: silent, error: silent } });
  const refusal = { type: "Settings" };
  await expect(start("0.0.0.0:0")).rejects.toMatchObject(refusal);
  await expect(start(server.address)).rejects.toMatchObject(refusal);
  expect(existsSync(join(folder.path, "lock"))).toBe(true);
});
