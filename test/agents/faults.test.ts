import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agentAdapters } from "../../activities/agents/adapters.ts";
import type { AgentEvent, AgentTurn, AgentTurnResult } from "../../activities/agents/agent.ts";
import { startModelServer } from "../support/model-server.ts";
import { claudeEnvironmentFor, codexWithModel } from "../support/real-agent-settings.ts";
import { realAgent } from "../support/real-agents.ts";

const faulty = fileURLToPath(new URL("../support/agents/faulty-agent.mjs", import.meta.url));
const events: AgentEvent[] = [];
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "baton-faults-"));
  await Promise.all([realAgent("claude"), realAgent("codex")]);
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

interface Play {
  readonly use: AgentTurn["agent"]["use"];
  readonly fault?: string;
  readonly turn?: Partial<AgentTurn>;
  readonly agent?: Partial<AgentTurn["agent"]>;
  readonly env?: Readonly<Record<string, string>>;
}

async function play({ use, fault, turn, agent, env }: Play): Promise<AgentTurnResult> {
  const base = join(root, randomUUID().slice(0, 8));
  const place = { home: join(base, "home"), cwd: join(base, "tree"), sessionDir: join(base, "session") };
  await Promise.all(Object.values(place).map((path) => mkdir(path, { recursive: true })));
  events.length = 0;
  return await agentAdapters[use].runTurn({
    agent: { use, bin: faulty, args: [], env: [], ...agent },
    thread: "faults",
    turn: 1,
    attempt: 1,
    prompt: "Turn 1 of thread faults\n@@[]@@",
    cwd: place.cwd,
    sessionDir: place.sessionDir,
    env: {
      HOME: place.home,
      PATH: process.env["PATH"] ?? "",
      BATON_HOST: `faults-${process.pid}`,
      BATON_THREAD: "faults",
      BATON_TURN: "1",
      ...(fault === undefined ? {} : { FAULT: fault }),
      ...env,
    },
    limits: { turnTimeMs: 60_000, stallMs: 30_000 },
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    ...turn,
  });
}

describe("a command agent", () => {
  test("that prints a gigabyte costs neither memory nor events", async () => {
    const before = process.memoryUsage().rss;
    const result = await play({ use: "command", fault: "flood" });
    expect(result.agent).toEqual({ kind: "completed" });
    expect(result.message.length).toBeLessThanOrEqual(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
    await play({ use: "command", fault: "floodLines" });
    expect(events.length).toBeLessThanOrEqual(2000);
  });

  test.each([
    ["nothing", { kind: "completed" }],
    ["fails", { kind: "failed", reason: "unknown", detail: expect.stringContaining("cannot do it") }],
    ["killed", { kind: "crashed", detail: expect.stringContaining("SIGKILL") }],
    ["invalidResult", { kind: "failed", reason: "config", detail: expect.stringContaining("mesage") }],
    ["proseResult", { kind: "failed", reason: "config", detail: expect.stringContaining("not JSON") }],
  ])("that ends with %s is told as it is", async (fault, agent) => {
    expect(await play({ use: "command", fault })).toMatchObject({ agent, toolCalls: 0, usage: { input: 0 } });
  });

  test("whose executable cannot run needs a person", async () => {
    const bin = join(root, "no-program");
    expect(await play({ use: "command", agent: { bin } })).toMatchObject({ agent: { kind: "failed", reason: "config" } });
    await writeFile(bin, "#!/bin/sh\n");
    await chmod(bin, 0o644);
    const refused = await play({ use: "command", agent: { bin } });
    expect(refused).toMatchObject({
      process: { kind: "notStarted", code: "EACCES" },
      agent: { kind: "failed", reason: "config" },
    });
    const shell = await play({ use: "command", agent: { bin: "/bin/sh", args: ["-c", "no-such-command --now"] } });
    expect(shell).toMatchObject({ agent: { kind: "failed", reason: "config", detail: expect.stringContaining("not found") } });
  });

  test("is not started when its turn is interrupted before", async () => {
    const result = await play({ use: "command", fault: "nothing", turn: { signal: AbortSignal.abort("handoff") } });
    expect(result).toMatchObject({ process: { kind: "canceled" }, agent: { kind: "interrupted", by: "handoff" } });
  });

  test("is charged by the goal's price when it tells no cost", async () => {
    const bin = join(dirname(faulty), "scripted-agent.mjs");
    const price = { input: 10, cached: 1, output: 100 };
    const result = await play({ use: "command", agent: { bin, price }, turn: { prompt: '@@[{"say":"x"}]@@' } });
    expect(result.usage).toEqual({ input: 600, cached: 400, output: 50, usd: 0.0114 });
  });
});

describe.each(["codex", "claude"] as const)("the %s adapter", (use) => {
  test("gives up on an agent that does not speak its protocol", async () => {
    const result = await play({ use, fault: "floodLines" });
    expect(result.agent).toMatchObject({ kind: "failed", reason: "config" });
    expect(await play({ use, fault: "flood" })).toMatchObject({ agent: { kind: "failed" }, usage: { input: 0 } });
  });

  test.each([
    ["nothing", { kind: "failed", reason: "unknown" }],
    ["fails", { kind: "failed", detail: expect.stringContaining("cannot do it") }],
    ["killed", { kind: "crashed" }],
  ])("tells an agent that ends with %s as it is", async (fault, agent) => {
    expect(await play({ use, fault })).toMatchObject({ agent });
  });

  test("starts cold at once when another session answers", async () => {
    const id = "22222222-2222-4222-8222-222222222222";
    const sessionDir = join(root, `${use}-session`);
    const name = use === "codex" ? `rollout-2026-01-02T03-04-05-${id}.jsonl` : `${id}.jsonl`;
    await mkdir(join(sessionDir, use), { recursive: true });
    await writeFile(join(sessionDir, use, name), "{}\n");
    const turn = { sessionDir, session: { agent: use, id, totals: { input: 5000, cached: 0, output: 500 } } };
    const result = await play({ use, fault: `${use}StartsAnother`, turn });
    expect(result).toMatchObject({
      agent: { kind: "completed" },
      usage: { input: 100, output: 10 },
      coldStart: expect.stringContaining("instead of resuming"),
    });
    expect(result.session?.id).not.toBe(id);
  });

  test("waits no longer than the stall limit for a service that is away", async () => {
    const server = await startModelServer();
    await server.close();
    const real = use === "codex" ? codexWithModel(server.url) : { args: [] };
    const env = { SCRIPTED_MODEL_KEY: "none", ...claudeEnvironmentFor(server.url), CLAUDE_CODE_MAX_RETRIES: "20" };
    const agent = { ...real, bin: await realAgent(use) };
    const result = await play({ use, agent, env, turn: { limits: { turnTimeMs: 30_000, stallMs: 4000 } } });
    expect(result.agent).toMatchObject({ kind: "failed", reason: "server" });
    expect(events.some(({ kind }) => kind === "retry")).toBe(true);
  });
});

test("claude that stays after its result is ended, and all its results count", async () => {
  const result = await play({ use: "claude", fault: "claudeStays" });
  expect(result).toMatchObject({ agent: { kind: "completed" }, usage: { input: 200, output: 20, usd: 0.75 } });
});
