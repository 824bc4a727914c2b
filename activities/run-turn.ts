import { Context } from "@temporalio/activity";
import { countsAsTurn, describeOutcome } from "../domain/after-turn.ts";
import { turnPrompt } from "../domain/prompt.ts";
import type { AgentSession, Changes, TurnReport } from "../domain/turn.ts";
import { totalTokens } from "../domain/usage.ts";
import { takeSnapshot } from "../git/snapshot.ts";
import { mendRepository } from "../git/workspace.ts";
import { agentAdapters } from "./agents/adapters.ts";
import type { AgentEvent, AgentTurnResult } from "./agents/agent.ts";
import { workEnvironment } from "./agent-markers.ts";
import { failedToStart } from "./agents/failed-to-start.ts";
import { endOfTurn, enterAgent } from "./agents/enter-agent.ts";
import { followSession } from "./agents/follow-session.ts";
import type { HostContext } from "./host-context.ts";
import { checkpointInside } from "./workspace/mid-turn-checkpoints.ts";
import type { OpenThread, OpenThreads } from "./workspace/open-threads.ts";
import { prepareCheckout } from "./workspace/prepared-checkout.ts";
import { pushSnapshot } from "./workspace/push-snapshot.ts";
import type { RunTurnInput } from "./thread-activities.ts";
import { openAgentTools, type AgentTools } from "./subagents/open-agent-tools.ts";
import { forgetTurn, noteTurn } from "./workspace/turn-journal.ts";
import { openTranscript, type TranscriptWriter } from "./transcript-writer.ts";
import { interruption } from "./interruption.ts";

const messageLength = 2_000;

/** One turn of the agent and its checkpoint. The turn has happened when its checkpoint is in the hub, and not before. */
export async function runTurn(host: HostContext, threads: OpenThreads, input: RunTurnInput): Promise<TurnReport> {
  const open = threads.get(input);
  const { thread, epoch, turn, attempt } = input;
  const transcript = openTranscript(host.hub, host.logger, { thread, turn, attempt, epoch });
  try {
    const { prompt, session, agent } = input;
    const signal = interruption(Context.current().cancellationSignal, host.draining);
    const pass = await enterAgent(host, { thread, agent, transcript, signal });
    transcript.write({
      kind: "turn started",
      agent: agent.use,
      session: session === null ? "new" : "resumed",
      wrapUp: prompt.wrapUp,
    });
    const startedAt = performance.now();
    let result: AgentTurnResult | undefined;
    try {
      result = await runAgent(host, open, { input, transcript, signal });
    } finally {
      pass?.leave(result === undefined ? "unknown" : endOfTurn(result.agent));
    }
    return await checkpointTurn(host, open, { input, result, activeMs: Math.round(performance.now() - startedAt), transcript });
  } finally {
    transcript.leave();
  }
}

async function runAgent(
  host: HostContext,
  open: OpenThread,
  run: { input: RunTurnInput; transcript: TranscriptWriter; signal: AbortSignal },
): Promise<AgentTurnResult> {
  const { input, transcript, signal } = run;
  const { thread, epoch, turn, attempt, agent, session } = input;
  await mendRepository({ workspace: open.workspace, commit: open.commit });
  const running = noteAndFollow(open, input);
  const checkpoints = checkpointInside(host, open, { input, saveSession: () => running.save() });
  let tools: AgentTools | undefined;
  try {
    const env = workEnvironment(host, { thread, epoch, turn, attempt, items: agent.env });
    running.begin(env);
    tools = await toolsFor(host, open, { input, env });
    return await agentAdapters[agent.use].runTurn({
      agent,
      thread,
      turn,
      attempt,
      prompt: turnPrompt(input.prompt),
      coldPrompt: turnPrompt({
        ...input.prompt,
        session: "new",
        coldStart: input.coldStart ?? "the earlier session could not be resumed",
      }),
      cwd: open.workspace.root,
      sessionDir: open.folder.session,
      env: { ...env, ...tools?.env },
      ...(tools === undefined ? {} : { mcp: tools.mcp }),
      limits: { ...input.allowance, stallMs: input.stallMs },
      signal,
      onEvent(event) {
        running.take(event);
        tellEvent(transcript, event);
      },
      ...(session === null ? {} : { session }),
    });
  } catch (error) {
    return failedToStart(error);
  } finally {
    await tools?.close();
    await checkpoints.stop();
  }
}

/** From here on the host's disk tells of the turn. */
function noteAndFollow(open: OpenThread, { turn, attempt, agent, session }: RunTurnInput) {
  noteTurn(open, { turn, attempt });
  const onSession = (known: AgentSession) => noteTurn(open, { turn, attempt, session: known });
  return followSession({ agent, session, sessionDir: open.folder.session, onSession });
}

/** What an agent needs to have subagents, where its goal allows that. */
async function toolsFor(
  host: HostContext,
  open: OpenThread,
  { input, env }: { input: RunTurnInput; env: Readonly<Record<string, string>> },
): Promise<AgentTools | undefined> {
  const { turn, stallMs, prompt } = input;
  return prompt.goal.subagents === undefined ? undefined : await openAgentTools(host, { open, turn, stallMs, env });
}

interface EndedTurn {
  readonly input: RunTurnInput;
  readonly result: AgentTurnResult;
  readonly activeMs: number;
  readonly transcript: TranscriptWriter;
}

async function checkpointTurn(host: HostContext, open: OpenThread, ended: EndedTurn): Promise<TurnReport> {
  const { input, result, activeMs, transcript } = ended;
  const { turn, attempt, epoch, thread, coldStart } = input;
  // What an attempt left that has to be tried again is kept, and becomes part of the one commit of its turn.
  const partial = !countsAsTurn(result.agent);
  const reason = result.coldStart ?? coldStart;
  const told = {
    turn,
    attempt,
    epoch,
    process: result.process,
    agent: result.agent,
    usage: result.usage,
    activeMs,
    message: result.message.slice(0, messageLength),
    toolCalls: result.toolCalls,
    commands: result.commands,
    ...(result.session === undefined ? {} : { session: result.session }),
    ...(reason === null ? {} : { coldStart: reason }),
  };
  const { checkpoint, changes } = await takeSnapshot({
    workspace: open.workspace,
    sessionDir: open.folder.session,
    ledger: (changes: Changes) => JSON.stringify({ ...told, changes }),
    base: open.repository.base,
    parentCommit: open.commit,
    protect: input.scope.protect,
    allow: input.scope.allow,
    message: commitMessage(thread, told),
    turn,
    ...(open.snapshot === null ? {} : { parentSnapshot: open.snapshot }),
  });
  if (result.agent.kind === "completed") prepareCheckout(host, open, checkpoint.commit);
  noteTurn(open, { turn, attempt, ended: { ...checkpoint, partial } });
  const report = { ...told, checkpoint, changes };
  tellEnd(transcript, report);
  // Once it is reported another host may claim the thread, and lines of this epoch come too late.
  await transcript.beside(pushSnapshot(host, open, { checkpoint, turn, partial }));
  forgetTurn(open);
  return report;
}

function commitMessage(thread: string, told: Pick<TurnReport, "turn" | "attempt" | "epoch" | "message">): string {
  const trailers = [
    `Baton-Thread: ${thread}`,
    `Baton-Turn: ${told.turn}`,
    `Baton-Attempt: ${told.attempt}`,
    `Baton-Epoch: ${told.epoch}`,
  ];
  const body = told.message.trim();
  return [`Turn ${told.turn} of ${thread}`, ...(body === "" ? [] : [body]), trailers.join("\n")].join("\n\n");
}

function tellEvent(transcript: TranscriptWriter, event: AgentEvent): void {
  if (event.kind === "message" || event.kind === "tool" || event.kind === "retry") transcript.write(event);
}

function tellEnd(transcript: TranscriptWriter, report: TurnReport): void {
  const { usage, changes, checkpoint } = report;
  transcript.write({
    kind: "turn ended",
    outcome: describeOutcome(report),
    tokens: totalTokens(usage),
    files: changes.files,
    commit: checkpoint.commit,
    ...(usage.usd === undefined ? {} : { usd: usage.usd }),
  });
}
