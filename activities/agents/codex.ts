import { withColdPrompt } from "./cold-prompt.ts";
import { delimiter } from "node:path";
import type { AgentSession } from "../../domain/turn.ts";
import { noUsage, usageSince, type Usage } from "../../domain/usage.ts";
import { longestWaitS } from "../subagents/agent-tools.ts";
import type { AgentAdapter, AgentTurn, AgentTurnResult } from "./agent.ts";
import { choosesSandbox, findCodex, type CodexBinary } from "./codex-binary.ts";
import { createCodexReader, type CodexReader } from "./codex-events.ts";
import { probeCodex } from "./codex-probe.ts";
import { exportRollout, findRollout, importRollout, rolloutUsage } from "./codex-session.ts";
import { readJsonLines } from "./json-lines.ts";
import { notFoundResult } from "./not-found.ts";
import { foreignSession, ownSession } from "./own-session.ts";
import { priced } from "./priced.ts";
import type { SessionPlace } from "./session-files.ts";
import { outcomeOfRun, superviseAgent, type AgentRan, type Watch } from "./supervise-agent.ts";
import { createTurnLog, type TurnLog } from "./turn-log.ts";

/** `codex exec --json`, one process a turn, resumed by thread id. */
export const codexAgent: AgentAdapter = { name: "codex", probe: probeCodex, runTurn, saveSession };

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A busy machine starts the server late. */
const mcpStartS = 60;

interface CodexRun {
  readonly ran: AgentRan;
  readonly reader: CodexReader;
  /** Codex answered with another session than the one it was told to resume, or with none. */
  readonly notResumed?: string;
}

async function saveSession(turn: SessionPlace, id: string): Promise<void> {
  await exportRollout(turn, id, true);
}

async function runTurn(turn: AgentTurn): Promise<AgentTurnResult> {
  const binary = await findCodex(turn.agent.bin, turn.env);
  if ("problem" in binary) return notFoundResult(binary.problem, "codex", turn);
  const log = createTurnLog((event) => turn.onEvent(event));
  const deadline = performance.now() + turn.limits.turnTimeMs;
  const wanted = ownSession(turn, "codex");
  const cause = wanted === undefined ? foreignSession(turn, "codex") : await unusable(turn, wanted);
  if (wanted !== undefined && cause === undefined) {
    const run = await runCodex(turn, { binary, log, deadline, resume: wanted });
    if (run.notResumed === undefined) return await resultOf(turn, log, { run, resumed: wanted });
    const cold = await runCodex(withColdPrompt(turn), { binary, log, deadline });
    return await resultOf(turn, log, { run: cold, coldStart: run.notResumed });
  }
  const run = await runCodex(withColdPrompt(turn), { binary, log, deadline });
  return await resultOf(turn, log, { run, ...(cause === undefined ? {} : { coldStart: cause }) });
}

/** Codex silently starts a new thread for an id that is no UUID, so what cannot be resumed is never handed to it. */
async function unusable(turn: AgentTurn, { id }: AgentSession): Promise<string | undefined> {
  if (!uuid.test(id)) return `${id} is not the id of a codex session`;
  const present = await importRollout(turn.env, turn.sessionDir, id);
  return present ? undefined : `the file of codex session ${id} is gone`;
}

interface CodexCall {
  readonly binary: CodexBinary;
  readonly log: TurnLog;
  readonly deadline: number;
  readonly resume?: AgentSession;
}

async function runCodex(turn: AgentTurn, call: CodexCall): Promise<CodexRun> {
  const reader = createCodexReader(call.log);
  const found: { other?: string; rollout?: string | undefined } = {};
  const lines = { watch: undefined as Watch | undefined };
  const splitter = readJsonLines(
    (record) => {
      const kind = reader.take(record);
      if (kind === "progress") lines.watch?.alive();
      else lines.watch?.retrying(reader.lastError);
      const id = reader.sessionId;
      if (id === undefined || call.resume === undefined || id === call.resume.id || found.other !== undefined) return;
      found.other = `codex started session ${id} instead of resuming ${call.resume.id}`;
      lines.watch?.stop();
    },
    () => lines.watch?.stop({ kind: "failed", reason: "config", detail: "codex prints something else than JSON events" }),
  );
  const ran = await superviseAgent(turn, {
    file: call.binary.path,
    args: argumentsOf(turn, call.resume),
    env: environment(turn, call.binary),
    deadline: call.deadline,
    onStdout(chunk, watch) {
      lines.watch = watch;
      splitter.write(chunk);
    },
    async poll(watch) {
      const { tokens, usd } = turn.limits;
      if (reader.sessionId === undefined || (tokens === undefined && usd === undefined)) return;
      found.rollout ??= await findRollout(turn.env, reader.sessionId);
      const totals = found.rollout === undefined ? undefined : await rolloutUsage(found.rollout);
      if (totals !== undefined) watch.spent(usageSince(totals, call.resume?.totals ?? noUsage));
    },
  });
  splitter.end();
  const missing = call.resume !== undefined && reader.sessionId === undefined && /no rollout found|not found/i.test(ran.stderr);
  const notResumed = found.other ?? (missing ? `codex knows no session ${call.resume?.id}` : undefined);
  const again = notResumed !== undefined && ran.stopped === undefined;
  return { ran, reader, ...(again ? { notResumed } : {}) };
}

function argumentsOf(turn: AgentTurn, resume: AgentSession | undefined): string[] {
  const { agent } = turn;
  return [
    "exec",
    "--json",
    "--skip-git-repo-check",
    ...(choosesSandbox(agent.args) ? [] : ["-s", "workspace-write"]),
    ...(agent.model === undefined ? [] : ["-m", agent.model]),
    ...mcpArguments(turn),
    ...agent.args,
    ...(resume === undefined ? [] : ["resume", resume.id]),
    "-",
  ];
}

/** Settings of one run, as TOML: JSON strings and arrays are, too. */
function mcpArguments({ mcp }: AgentTurn): string[] {
  if (mcp === undefined) return [];
  const env = Object.entries(mcp.env).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const settings = {
    command: JSON.stringify(mcp.command),
    args: JSON.stringify(mcp.args),
    env: `{${env.join(",")}}`,
    // The first request to the model waits for the tools.
    required: true,
    startup_timeout_sec: mcpStartS,
    tool_timeout_sec: longestWaitS + mcpStartS,
    default_tools_approval_mode: JSON.stringify("approve"),
  };
  return Object.entries(settings).flatMap(([key, value]) => ["-c", `mcp_servers.baton.${key}=${value}`]);
}

function environment(turn: AgentTurn, binary: CodexBinary): Record<string, string> {
  const path = [binary.tools, turn.env["PATH"]].filter(Boolean).join(delimiter);
  return { ...turn.env, PATH: path };
}

/** Codex tells usage at the end only; its rollout tells it after every model call, also of a turn that was killed. */
async function writtenUsage(turn: AgentTurn, id: string): Promise<Usage | undefined> {
  const rollout = await findRollout(turn.env, id);
  return rollout === undefined ? undefined : await rolloutUsage(rollout);
}

interface CodexEnd {
  readonly run: CodexRun;
  readonly resumed?: AgentSession;
  readonly coldStart?: string;
}

async function resultOf(turn: AgentTurn, log: TurnLog, end: CodexEnd): Promise<AgentTurnResult> {
  const { ran, reader } = end.run;
  const id = reader.sessionId ?? end.resumed?.id;
  if (id !== undefined) await exportRollout(turn, id);
  const before = end.resumed?.totals ?? noUsage;
  const written = id === undefined ? undefined : await writtenUsage(turn, id);
  const totals = reader.totals ?? written ?? before;
  const usage = priced(usageSince(totals, before), turn.agent.price);
  turn.onEvent({ kind: "usage", usage });
  const exit = ran.process.kind === "exited" ? { code: ran.process.code, stderr: ran.stderr } : { stderr: ran.stderr };
  return {
    process: ran.process,
    agent: outcomeOfRun(ran, reader.outcome(exit)),
    usage,
    ...(id === undefined ? {} : { session: { agent: "codex", id, totals } }),
    ...(end.coldStart === undefined ? {} : { coldStart: end.coldStart }),
    message: log.message,
    toolCalls: log.toolCalls,
    commands: log.commands(),
  };
}
