import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { SubagentsReport, SubagentsRequest } from "../../domain/fan-out/subagent-requests.ts";
import { BatonFailure } from "../../domain/failure.ts";
import type { HostContext } from "../host-context.ts";
import type { OpenThread } from "../open-threads.ts";
import { openAgentTools } from "./open-agent-tools.ts";
import { readMessages, sendMessage } from "./socket-messages.ts";

const root = mkdtempSync(join(tmpdir(), "baton-tools-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A host whose threads answer with one report; `folder` decides where its sockets are. */
function hostIn(folder: string, report: Partial<SubagentsReport> = {}) {
  const asked: SubagentsRequest[] = [];
  const answer = { epoch: 7, tasks: [], asked: [], ...report };
  const agentRequests = {
    ask: async (_thread: string, request: SubagentsRequest) => {
      asked.push(request);
      if (request.epoch !== answer.epoch) throw new BatonFailure("StaleEpoch", "this turn does not count any more");
      return answer;
    },
    look: async () => answer,
  };
  const places = { lend: () => () => undefined };
  return {
    asked,
    host: { folder, agentRequests, places, agents: places, logger: { warn: () => undefined } } as unknown as HostContext,
  };
}

const openOf = (thread: string, epoch = 7) => ({ thread, epoch }) as OpenThread;
const request = { turn: 2, stallMs: 60_000, env: { BATON_THREAD: "cart", BATON_EPOCH: "7", KEY: "secret" } };

function call(path: string, tool: string, input: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("hung up")));
    readMessages(socket, (message) => {
      resolve(message);
      socket.destroy();
    });
    sendMessage(socket, { id: 1, tool, input });
  });
}

const socketOf = (tools: Awaited<ReturnType<typeof openAgentTools>>) => tools.env["BATON_AGENT_SOCKET"] ?? "";

test("a call becomes a request of the thread under the epoch of the turn", async () => {
  const { host, asked } = hostIn(join(root, "a"));
  const tools = await openAgentTools(host, { open: openOf("cart"), ...request });
  expect(tools.mcp.env).toEqual({ BATON_THREAD: "cart", BATON_EPOCH: "7", BATON_AGENT_SOCKET: socketOf(tools) });
  const task = { name: "one", goal: "Do one", verify: ["true"] };
  expect(await call(socketOf(tools), "spawn", { tasks: [task] })).toEqual({ id: 1, value: { subagents: [] } });
  await call(socketOf(tools), "spawn", { tasks: [task] });
  const keys = asked.map(({ epoch, ask }) => [epoch, ask.kind === "spawn" && ask.tasks[0]?.key]);
  expect(keys[0]).toEqual([7, expect.stringMatching(/^[0-9a-f]{32}$/)]);
  expect(keys[1]).toEqual(keys[0]);
  await tools.close();
  await expect(call(socketOf(tools), "list", {})).rejects.toThrow("ENOENT");
});

test("what is no request is refused on the host's side, and a peer that talks nonsense is hung up on", async () => {
  const { host, asked } = hostIn(join(root, "b"));
  const tools = await openAgentTools(host, { open: openOf("cart"), ...request });
  expect(await call(socketOf(tools), "spawn", { tasks: [{ name: "x" }] })).toMatchObject({
    error: expect.stringMatching(/tasks.0.goal/) as string,
  });
  expect(await call(socketOf(tools), "constructor", {})).toEqual({ id: 1, error: "there is no tool constructor" });
  expect(asked).toEqual([]);
  await expect(
    new Promise((_resolve, reject) => {
      const socket = connect(socketOf(tools), () => socket.write("GET / HTTP/1.1\n"));
      socket.on("close", () => reject(new Error("hung up")));
    }),
  ).rejects.toThrow("hung up");
  await tools.close();
});

test("an epoch that is over gets neither its requests taken nor an answer", async () => {
  const { host } = hostIn(join(root, "c"));
  const tools = await openAgentTools(host, { open: openOf("cart", 6), ...request });
  for (const tool of ["list", "wait"])
    expect(await call(socketOf(tools), tool, {})).toMatchObject({ error: expect.stringMatching(/is over/) as string });
  const task = { name: "one", goal: "Do one", verify: ["true"] };
  expect(await call(socketOf(tools), "spawn", { tasks: [task] })).toMatchObject({
    error: expect.stringMatching(/does not count/) as string,
  });
  await tools.close();
});

test("a call that waits ends with the turn, wherever the host's folder is", async () => {
  const task = { key: "k", content: "c", name: "slow", status: "running", thread: "slow-1", turn: 2, base: "b" } as const;
  const { host } = hostIn(join(root, "a-folder-whose-path-is-longer-than-any-socket-may-have".repeat(3)), { tasks: [task] });
  const tools = await openAgentTools(host, { open: openOf("cart"), ...request });
  expect(Buffer.byteLength(socketOf(tools))).toBeLessThan(104);
  const waiting = expect(call(socketOf(tools), "wait", { seconds: 600 })).rejects.toThrow("hung up");
  expect(await call(socketOf(tools), "wait", { tasks: ["slow"], seconds: 0 })).toMatchObject({ value: { done: false } });
  await tools.close();
  await waiting;
});
