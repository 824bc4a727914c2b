import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { SubagentReport, SubagentsReport, SubagentsRequest } from "../../domain/fan-out/subagent-requests.ts";
import { BatonFailure } from "../../domain/failure.ts";
import type { HostContext } from "../host-context.ts";
import type { OpenThread } from "../workspace/open-threads.ts";
import { openAgentTools } from "./open-agent-tools.ts";
import { readMessages, sendMessage } from "./socket-messages.ts";

const root = mkdtempSync(join(tmpdir(), "baton-tools-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A host with one thread, in its second turn; `folder` decides where its sockets are. */
function hostIn(folder: string, tasks: readonly SubagentReport[] = []) {
  const asked: SubagentsRequest[] = [];
  let report: SubagentsReport = { epoch: 7, tasks, asked: [] };
  const agentRequests = {
    ask: async (_thread: string, { epoch, ask }: SubagentsRequest) => {
      asked.push({ epoch, ask });
      if (epoch !== report.epoch) throw new BatonFailure("StaleEpoch", "this turn does not count any more");
      if (ask.kind === "spawn") {
        const spawned = ask.tasks.map(({ key, content, name }) => ({ ...running, key, content, name }));
        report = { ...report, tasks: [...report.tasks, ...spawned] };
      } else report = { ...report, asked: [...report.asked, { key: ask.key, text: ask.text, question: "q1" }] };
      return report;
    },
    look: async () => report,
  };
  const places = { lend: () => () => undefined };
  return {
    asked,
    host: { folder, agentRequests, places, agents: places, logger: { warn: () => undefined } } as unknown as HostContext,
  };
}

const running = { status: "running", thread: "slow-1", turn: 2, base: "b" } as const;
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
  expect(await call(socketOf(tools), "spawn", { tasks: [task] })).toMatchObject({ value: { subagents: [{ name: "one" }] } });
  expect(asked).toMatchObject([{ epoch: 7, ask: { tasks: [{ key: expect.stringMatching(/^[0-9a-f]{32}$/) as string }] } }]);
  await tools.close();
  await expect(call(socketOf(tools), "list", {})).rejects.toThrow("ENOENT");
});

test("what the thread knows already is only looked up", async () => {
  const { host, asked } = hostIn(join(root, "d"));
  const tools = await openAgentTools(host, { open: openOf("cart"), ...request });
  const [one, two] = ["one", "two"].map((name) => ({ name, goal: `Do ${name}`, verify: ["true"] }));
  const spawned = await call(socketOf(tools), "spawn", { tasks: [one] });
  expect(await call(socketOf(tools), "spawn", { tasks: [one] })).toEqual(spawned);
  await call(socketOf(tools), "ask", { question: "Which?" });
  await call(socketOf(tools), "ask", { question: "Which?" });
  await call(socketOf(tools), "spawn", { tasks: [one, two] });
  expect(asked.map(({ ask }) => (ask.kind === "spawn" ? ask.tasks.map(({ name }) => name) : ask.text))).toEqual([
    ["one"],
    "Which?",
    ["one", "two"],
  ]);
  await tools.close();
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
  const task = { ...running, key: "k", content: "c", name: "slow" };
  const { host } = hostIn(join(root, "a-folder-whose-path-is-longer-than-any-socket-may-have".repeat(3)), [task]);
  const tools = await openAgentTools(host, { open: openOf("cart"), ...request });
  expect(Buffer.byteLength(socketOf(tools))).toBeLessThan(104);
  const waiting = expect(call(socketOf(tools), "wait", { seconds: 600 })).rejects.toThrow("hung up");
  expect(await call(socketOf(tools), "wait", { tasks: ["slow"], seconds: 0 })).toMatchObject({ value: { done: false } });
  await tools.close();
  await waiting;
});
