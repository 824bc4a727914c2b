import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { Client, credentials, type MethodDefinition, type ServiceError } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, test } from "vitest";
import { scratchFolder } from "../git/test-repository.ts";
import { hubLimits } from "./limits.ts";
import { bytesOf, checkpointOf, createTestWork, startTestHub, type TestHub, type TestWork } from "./test-hub.ts";
import { hubMethods } from "./wire.ts";

let folder: ReturnType<typeof scratchFolder>;
let work: TestWork;
let running: TestHub;
let raw: Client;
const repository = "repo-1";

beforeEach(async () => {
  folder = scratchFolder();
  work = await createTestWork();
  running = await startTestHub(join(folder.path, "hub"));
  await running.hub.pushBase({ repository, commit: work.base }, work.pack(work.base));
  await running.hub.claimEpoch({ repository, thread: "t", epoch: 1 });
  raw = new Client(running.server.address, credentials.createInsecure(), { "grpc.max_send_message_length": -1 });
});

afterEach(async () => {
  raw.close();
  await running.stop();
  work.remove();
  folder.remove();
});

/** Numbers from 0 up to a bound, the same for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const methods = Object.values(hubMethods()) as MethodDefinition<unknown, unknown>[];

/** Sends bytes as the messages of one call and gives its status. */
function send(method: MethodDefinition<unknown, unknown>, messages: readonly Buffer[]): Promise<number> {
  const asIs = (message: Buffer) => message;
  const ignore = () => ({});
  return new Promise((resolve) => {
    const done = (error: ServiceError | null) => resolve(error?.code ?? 0);
    if (method.requestStream) {
      const call = raw.makeClientStreamRequest(method.path, asIs, ignore, done);
      call.on("error", () => undefined);
      for (const message of messages) call.write(message);
      return call.end();
    }
    const [first = Buffer.alloc(0)] = messages;
    if (!method.responseStream)
      return void raw.makeUnaryRequest(method.path, asIs, ignore, first, { deadline: Date.now() + 5000 }, done);
    const call = raw.makeServerStreamRequest(method.path, asIs, ignore, first, { deadline: Date.now() + 1000 });
    call.on("error", () => undefined);
    call.on("status", ({ code }) => resolve(code));
    call.resume();
  });
}

/** Some bytes that are nothing, and some that nearly are a message. */
function garbage(pick: (below: number) => number, method: MethodDefinition<unknown, unknown>): Buffer {
  const bytes = Buffer.from(Array.from({ length: pick(200) }, () => pick(256)));
  if (pick(2) === 0) return bytes;
  const names = ["t", "../../etc/passwd", "repo-1", "x".repeat(pick(300)), "\0", "refs/heads/x", work.base, "-rf"];
  const name = () => names[pick(names.length)] ?? "";
  const value = {
    repository: name(),
    thread: name(),
    epoch: pick(3),
    commit: name(),
    artifact: name(),
    lines: [name(), name()],
    key: pick(2) === 0 ? name() : "0".repeat(32),
    keys: [name(), "0".repeat(32)].slice(pick(2)),
    wants: [name()],
    haves: [name()],
    shallow: [name()],
    id: name(),
    content: bytes,
    head: { repository: name(), thread: name(), commit: name(), checkpoint: { snapshot: name(), commit: name(), tree: name() } },
    offset: pick(1000),
    olderThanMs: 1_000_000_000,
    dryRun: true,
  };
  const whole = method.requestSerialize(value);
  return pick(3) === 0 ? whole.subarray(0, pick(whole.length + 1)) : whole;
}

test("a thousand calls of garbage leave the hub up, small and whole", async () => {
  const pick = random(20_26);
  const before = process.memoryUsage().rss;
  for (let round = 0; round < 50; round += 1) {
    const calls = Array.from({ length: 20 }, () => {
      const method = methods[pick(methods.length)]!;
      return send(
        method,
        Array.from({ length: pick(4) }, () => garbage(pick, method)),
      );
    });
    await Promise.all(calls);
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  const made = await work.commit("after it");
  await running.hub.claimEpoch({ repository, thread: "sane", epoch: 1 });
  await running.hub.pushCheckpoint(checkpointOf(made, { thread: "sane" }), work.pack(made.commit, [work.base]));
  expect((await running.hub.checkStore()).problems).toEqual([]);
}, 60_000);

test("what is no gRPC at all harms nobody", async () => {
  const pick = random(7);
  const { port } = new URL(`tcp://${running.server.address}`);
  for (let round = 0; round < 40; round += 1) {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    if (round % 2 === 0) socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    socket.write(Buffer.from(Array.from({ length: pick(5000) }, () => pick(256))));
    if (round % 3 === 0) socket.destroy();
    else socket.end();
  }
  expect((await running.hub.openRepository({ repository })).haves).toEqual([work.base]);
});

test("messages beyond the limit are refused without being taken in", async () => {
  const tooLong = Buffer.alloc(hubLimits.messageBytes + 1024);
  const codes = await Promise.all(methods.map((method) => send(method, [tooLong])));
  expect(codes.every((code) => code !== 0)).toBe(true);
  expect((await running.hub.openRepository({ repository })).haves).toEqual([work.base]);
});

test("streams that break off in the middle leave nothing behind", async () => {
  const made = await work.commit("x".repeat(20_000));
  const pack = await bytesOf(work.pack(made.commit, [work.base]));
  const head = { repository, thread: "t", checkpoint: { ...made, snapshot: made.commit, turn: 1, epoch: 1, partial: false } };
  for (const method of [hubMethods().PushCheckpoint, hubMethods().KeepAttempt, hubMethods().PushBase]) {
    const call = raw.makeClientStreamRequest(
      method.path,
      method.requestSerialize,
      () => ({}),
      () => undefined,
    );
    call.on("error", () => undefined);
    call.write({ head: { ...head, commit: made.commit } });
    call.write({ chunk: pack.subarray(0, pack.length >> 1) });
    await running.hub.openRepository({ repository });
    call.cancel();
  }
  expect(await running.hub.readCheckpoint({ repository, thread: "t" })).toEqual({});
  const settled = async () => (await running.hub.checkStore()).problems;
  await expect.poll(settled, { timeout: 5000 }).toEqual([]);
});
