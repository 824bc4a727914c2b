import { withColdPrompt } from "./cold-prompt.ts";
import { createHash } from "node:crypto";
import type { AgentSession } from "../../domain/turn.ts";
import { addUsage, noUsage } from "../../domain/usage.ts";
import type { AgentAdapter, AgentTurn, AgentTurnResult } from "./agent.ts";
import { claudeEnvironment } from "./claude-environment.ts";
import { createClaudeReader, type ClaudeReader } from "./claude-events.ts";
import { probeClaude } from "./claude-probe.ts";
import { exportClaudeSession, importClaudeSession } from "./claude-session.ts";
import { findExecutable } from "./find-executable.ts";
import { readJsonLines } from "./json-lines.ts";
import { notFoundResult } from "./not-found.ts";
import { foreignSession, ownSession } from "./own-session.ts";
import { priced } from "./priced.ts";
import type { SessionPlace } from "./session-files.ts";
import { outcomeOfRun, superviseAgent, type AgentRan, type Watch } from "./supervise-agent.ts";
import { createTurnLog, type TurnLog } from "./turn-log.ts";

/** `claude -p --output-format stream-json`, one process a turn, resumed by a session id of our choice. */
export const claudeAgent: AgentAdapter = { name: "claude", probe: probeClaude, runTurn, saveSession };

/** How long claude may stay after its result; background work can keep it for minutes. */
const afterResultMs = 10_000;
const maxRefused = 2;

interface ClaudeCall {
  readonly path: string;
  readonly log: TurnLog;
  readonly deadline: number;
  readonly id: string;
  readonly resume?: AgentSession;
}

interface ClaudeRun {
  readonly ran: AgentRan;
  readonly reader: ClaudeReader;
  readonly call: ClaudeCall;
  /** Baton ended a process that stayed after its result. */
  readonly finished: boolean;
}

async function saveSession(turn: SessionPlace, id: string): Promise<void> {
  await exportClaudeSession(turn, id, true);
}

async function runTurn(turn: AgentTurn): Promise<AgentTurnResult> {
  const found = await findExecutable(turn.agent.bin ?? "claude", turn.env);
  if ("problem" in found) return notFoundResult(found.problem, "claude", turn);
  const log = createTurnLog((event) => turn.onEvent(event));
  const base = { path: found.path, log, deadline: performance.now() + turn.limits.turnTimeMs };
  const wanted = ownSession(turn, "claude");
  const cause = wanted === undefined ? foreignSession(turn, "claude") : await unusable(turn, wanted);
  if (wanted !== undefined && cause === undefined) {
    const run = await runClaude(turn, { ...base, id: wanted.id, resume: wanted });
    const other = notResumed(run, wanted);
    if (other === undefined) return await resultOf(turn, run);
    return await resultOf(turn, await startNew(withColdPrompt(turn), base), other);
  }
  return await resultOf(turn, await startNew(withColdPrompt(turn), base), cause);
}

async function unusable(turn: AgentTurn, { id }: AgentSession): Promise<string | undefined> {
  if (!/^[0-9a-f-]{36}$/i.test(id)) return `${id} is not the id of a claude session`;
  const present = await importClaudeSession(turn.env, turn, id);
  return present ? undefined : `the file of claude session ${id} is gone`;
}

/** An id of this attempt's own: tried again after a crash that left the session behind, the attempt resumes it. */
async function startNew(turn: AgentTurn, base: Omit<ClaudeCall, "id" | "resume">): Promise<ClaudeRun> {
  const id = sessionIdOf(turn);
  const run = await runClaude(turn, { ...base, id });
  if (run.ran.stopped !== undefined || !/already in use/.test(run.ran.stderr)) return run;
  return await runClaude(turn, { ...base, id, resume: { agent: "claude", id } });
}

function sessionIdOf(turn: AgentTurn): string {
  const seed = [turn.env["BATON_HOST"], turn.thread, turn.turn, turn.attempt, turn.session?.id].join("\0");
  const hex = createHash("sha256").update(seed).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function notResumed({ ran, reader }: ClaudeRun, wanted: AgentSession): string | undefined {
  if (ran.stopped !== undefined) return undefined;
  const errors = JSON.stringify(reader.result?.["errors"] ?? "");
  if (/No conversation found/i.test(`${errors}${ran.stderr}`)) return `claude knows no session ${wanted.id}`;
  const id = reader.sessionId;
  return id === undefined || id === wanted.id ? undefined : `claude started session ${id} instead of resuming ${wanted.id}`;
}

async function runClaude(turn: AgentTurn, call: ClaudeCall): Promise<ClaudeRun> {
  const reader = createClaudeReader(call.log, call.resume?.totals);
  const state = { watch: undefined as Watch | undefined, finished: false };
  const splitter = readJsonLines(
    (record) => {
      const kind = reader.take(record);
      if (state.watch !== undefined) onRecord({ call, reader }, kind, state.watch);
    },
    () => state.watch?.stop({ kind: "failed", reason: "config", detail: "claude prints something else than JSON events" }),
  );
  const ran = await superviseAgent(turn, {
    file: call.path,
    args: argumentsOf(turn, call),
    env: claudeEnvironment(turn.env, turn.thread),
    deadline: call.deadline,
    onStdout(chunk, watch) {
      state.watch = watch;
      splitter.write(chunk);
    },
    poll(watch) {
      if (reader.resultAt === undefined || performance.now() - reader.resultAt < afterResultMs) return;
      state.finished = true;
      watch.stop();
    },
  });
  splitter.end();
  return { ran, reader, call, finished: state.finished };
}

function onRecord(run: { call: ClaudeCall; reader: ClaudeReader }, kind: "progress" | "retry", watch: Watch): void {
  const { call, reader } = run;
  if (kind === "progress") watch.alive();
  else watch.retrying(reader.lastRetry);
  // Claude tries a refused login again and again; once more is enough for a token that was just renewed.
  if (reader.refused >= maxRefused)
    watch.stop({ kind: "failed", reason: "auth", detail: `claude was refused: ${reader.lastRetry}` });
  if (call.resume !== undefined && reader.sessionId !== undefined && reader.sessionId !== call.id) watch.stop();
  if (reader.result === undefined) watch.spent(reader.usage());
}

function argumentsOf(turn: AgentTurn, call: ClaudeCall): string[] {
  const { agent, limits } = turn;
  const permission = agent.args.some((arg) => /^--(permission-mode|dangerously-skip-permissions)/.test(arg));
  return [
    "-p",
    "--output-format",
    "stream-json",
    "--verbose",
    ...(permission ? [] : ["--permission-mode", "bypassPermissions"]),
    ...(agent.model === undefined ? [] : ["--model", agent.model]),
    ...(limits.usd === undefined ? [] : ["--max-budget-usd", Math.max(0.01, limits.usd).toFixed(2)]),
    ...mcpArguments(turn),
    ...(call.resume === undefined ? ["--session-id", call.id] : ["--resume", call.id]),
    ...agent.args,
  ];
}

/** Offered at once, not behind a search for tools. A permission mode of the goal's own would ask about tools that it does not name. */
function mcpArguments({ mcp }: AgentTurn): string[] {
  if (mcp === undefined) return [];
  return [
    "--mcp-config",
    JSON.stringify({ mcpServers: { baton: { type: "stdio", alwaysLoad: true, ...mcp } } }),
    "--allowedTools",
    "mcp__baton",
  ];
}

async function resultOf(turn: AgentTurn, run: ClaudeRun, coldStart?: string): Promise<AgentTurnResult> {
  const { ran, reader, call } = run;
  const id = reader.sessionId ?? call.id;
  await exportClaudeSession(turn, id);
  const usage = priced(reader.usage(), turn.agent.price);
  turn.onEvent({ kind: "usage", usage });
  const code = ran.process.kind === "exited" ? { code: ran.process.code } : {};
  const known = reader.sessionId !== undefined || call.resume !== undefined;
  const totals = {
    ...addUsage(call.resume?.totals ?? noUsage, usage),
    ...(reader.totalUsd === undefined ? {} : { usd: reader.totalUsd }),
  };
  return {
    process: ran.process,
    agent: outcomeOfRun(ran, reader.outcome({ ...code, finished: run.finished, stderr: ran.stderr })),
    usage,
    ...(known ? { session: { agent: "claude", id, totals } } : {}),
    ...(coldStart === undefined ? {} : { coldStart }),
    message: call.log.message,
    toolCalls: call.log.toolCalls,
    commands: call.log.commands(),
  };
}
