import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { WorkerAgent } from "../../domain/goal.ts";
import type { AgentOutcome } from "../../domain/outcome.ts";
import { noUsage } from "../../domain/usage.ts";
import type { AgentAdapter, AgentProbe, AgentTurn, AgentTurnResult } from "./agent.ts";
import { readCommandResult, type CommandResult } from "./command-result.ts";
import { findExecutable } from "./find-executable.ts";
import { splitLines, type LineSplitter } from "./line-splitter.ts";
import { ownSession } from "./own-session.ts";
import { priced } from "./priced.ts";
import { outcomeOfRun, superviseAgent, turnTemp, type AgentRan } from "./supervise-agent.ts";
import { createTurnLog, lastChars, type TurnLog } from "./turn-log.ts";

const maxMessages = 2000;
const messageChars = 2000;

/** Any executable: prompt on stdin, work in the tree, optional `BATON_RESULT_FILE` with message, usage, failure, session. */
export const commandAgent: AgentAdapter = { name: "command", probe: probeCommand, runTurn };

async function probeCommand(agent: WorkerAgent, env: Readonly<Record<string, string>>): Promise<AgentProbe> {
  const found = await findExecutable(agent.bin ?? "", env);
  if ("path" in found) return { agent: "command", path: found.path, problems: [] };
  const next = "Set `bin` of the goal's worker to an executable: an absolute path, or a name on this host's PATH.";
  return { agent: "command", problems: [{ what: found.problem, next }] };
}

async function runTurn(turn: AgentTurn): Promise<AgentTurnResult> {
  const scratch = await mkdtemp(join(turnTemp(turn.env), "baton-turn-"));
  try {
    await mkdir(turn.sessionDir, { recursive: true });
    return await runIn(turn, join(scratch, "result.json"));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function runIn(turn: AgentTurn, resultFile: string): Promise<AgentTurnResult> {
  const log = createTurnLog((event) => turn.onEvent(event));
  const lines = messageLines(log);
  const ran = await superviseAgent(turn, {
    file: turn.agent.bin ?? "",
    args: turn.agent.args,
    env: environment(turn, resultFile),
    deadline: performance.now() + turn.limits.turnTimeMs,
    onStdout(chunk, watch) {
      watch.alive();
      lines.write(chunk);
    },
    onStderr: (_chunk, watch) => watch.alive(),
    async poll(watch) {
      const result = await readCommandResult(resultFile);
      if (result !== undefined && "usage" in result && result.usage !== undefined) watch.spent(result.usage);
    },
  });
  lines.end();
  const read = (await readCommandResult(resultFile)) ?? {};
  const result: CommandResult = "invalid" in read ? {} : read;
  const usage = priced(result.usage ?? noUsage, turn.agent.price);
  if (result.usage !== undefined) turn.onEvent({ kind: "usage", usage });
  const session = result.session === undefined ? ownSession(turn, "command") : { agent: "command", id: result.session };
  return {
    process: ran.process,
    agent: outcomeOfRun(ran, "invalid" in read ? invalidResult(read.invalid) : (result.failure ?? outcomeOfExit(ran))),
    usage,
    ...(session === undefined ? {} : { session }),
    message: lastChars(result.message ?? lastOutput(ran), messageChars),
    toolCalls: log.toolCalls,
    commands: log.commands(),
  };
}

function environment(turn: AgentTurn, resultFile: string): Record<string, string> {
  const session = ownSession(turn, "command");
  return {
    ...turn.env,
    BATON_THREAD: turn.thread,
    BATON_TURN: String(turn.turn),
    BATON_ATTEMPT: String(turn.attempt),
    BATON_SESSION_DIR: turn.sessionDir,
    BATON_RESULT_FILE: resultFile,
    ...(session === undefined ? {} : { BATON_SESSION: session.id }),
  };
}

/** Past the bound, output is neither split nor handed on: a child that prints a gigabyte costs next to nothing. */
function messageLines(log: TurnLog): LineSplitter {
  let left = maxMessages;
  const splitter = splitLines((line) => {
    left -= 1;
    if (left > 0) log.emit({ kind: "message", text: line });
    if (left === 0) log.emit({ kind: "message", text: `(more than ${maxMessages} lines; the rest is not shown)` });
  }, 8000);
  return {
    write(chunk) {
      if (left > 0) splitter.write(chunk);
    },
    end: () => splitter.end(),
  };
}

function invalidResult(problem: string): AgentOutcome {
  return { kind: "failed", reason: "config", detail: `the agent's BATON_RESULT_FILE is invalid: ${problem}` };
}

function outcomeOfExit(ran: AgentRan): AgentOutcome {
  if (ran.process.kind !== "exited" || ran.process.code === 0) return { kind: "completed" };
  // What a shell says about a command that it cannot find or run.
  const reason = ran.process.code === 126 || ran.process.code === 127 ? "config" : "unknown";
  const words = lastChars(ran.stderr.trim() === "" ? ran.stdout.trim() : ran.stderr.trim(), messageChars);
  return { kind: "failed", reason, detail: `exit code ${ran.process.code}${words === "" ? "" : `: ${words}`}` };
}

function lastOutput(ran: AgentRan): string {
  return ran.stdout.trim() === "" ? ran.stderr.trim() : ran.stdout.trim();
}
