import { tmpdir } from "node:os";
import { describeProcess, type AgentOutcome, type ProcessOutcome } from "../../domain/outcome.ts";
import { totalTokens, type Usage } from "../../domain/usage.ts";
import { reapProcesses } from "../../process/reap.ts";
import { runProcess } from "../../process/run-process.ts";
import type { AgentTurn, InterruptReason } from "./agent.ts";
import { priced } from "./priced.ts";
import { markersIn } from "../thread-markers.ts";

/** What an adapter tells about its child while it runs. */
export interface Watch {
  /** Restarts the stall clock. */
  alive(): void;
  /** The agent tries its service again: no proof of life, and the reason when silence follows. */
  retrying(detail: string): void;
  /** This turn's usage so far; stops the agent when a limit is reached. */
  spent(usage: Usage): void;
  /** Stops the agent; `outcome` is the turn's unless it was stopped before. Without one the protocol's word counts. */
  stop(outcome?: AgentOutcome): void;
}

export interface AgentRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** `performance.now()` at which the turn's time is over. */
  readonly deadline: number;
  onStdout(chunk: Buffer, watch: Watch): void;
  onStderr?(chunk: Buffer, watch: Watch): void;
  /** Called every second while the child runs. */
  poll?(watch: Watch): Promise<void> | void;
}

export interface AgentRan {
  readonly process: ProcessOutcome;
  /** Why Baton stopped the child, when it did. */
  readonly stopped?: AgentOutcome;
  /** The end of each stream. */
  readonly stdout: string;
  readonly stderr: string;
}

const stopOrder = [
  { signal: "SIGINT", waitMs: 5000 },
  { signal: "SIGTERM", waitMs: 3000 },
  { signal: "SIGKILL", waitMs: 2000 },
] as const;

/** Runs an agent's process for a turn under the turn's limits, and kills whatever of it is left afterwards. */
export async function superviseAgent(turn: AgentTurn, run: AgentRun): Promise<AgentRan> {
  const control = new AbortController();
  const state: { stopped?: AgentOutcome; lastLife: number; retry?: string } = { lastLife: performance.now() };
  const watch = createWatch(turn, state, control);
  const onAbort = (): void => watch.stop({ kind: "interrupted", by: interruptReason(turn.signal) });
  if (turn.signal.aborted) onAbort();
  turn.signal.addEventListener("abort", onAbort, { once: true });
  const ticks = startTicks(() => tick({ turn, run, watch, state }), Math.min(1000, turn.limits.stallMs / 4));
  try {
    const result = await runProcess({
      command: { file: run.file, args: run.args },
      cwd: turn.cwd,
      env: run.env,
      stdin: turn.prompt,
      timeoutMs: Math.max(1, Math.round(run.deadline - performance.now())),
      signal: control.signal,
      stopWith: stopOrder,
      onStdout: (chunk) => run.onStdout(chunk, watch),
      onStderr: (chunk) => run.onStderr?.(chunk, watch),
      tailBytes: 16_384,
    });
    const stopped = state.stopped ?? overtime(result.outcome, turn.limits.turnTimeMs);
    const streams = { stdout: result.stdout.toString("utf8"), stderr: result.stderr.toString("utf8") };
    return { process: result.outcome, ...(stopped === undefined ? {} : { stopped }), ...streams };
  } finally {
    turn.signal.removeEventListener("abort", onAbort);
    await ticks.end();
    await reapTurn(run.env);
  }
}

/** The turn's outcome: Baton's own reason first, then the way the process ended, then the protocol's word. */
export function outcomeOfRun(ran: AgentRan, protocol: AgentOutcome): AgentOutcome {
  if (ran.stopped !== undefined) return ran.stopped;
  if (ran.process.kind === "notStarted") return { kind: "failed", reason: "config", detail: ran.process.message };
  if (ran.process.kind === "signaled") return { kind: "crashed", detail: describeProcess(ran.process) };
  return protocol;
}

type State = { stopped?: AgentOutcome; lastLife: number; retry?: string };

function createWatch(turn: AgentTurn, state: State, control: AbortController): Watch {
  const { limits, agent } = turn;
  const watch: Watch = {
    alive() {
      state.lastLife = performance.now();
      delete state.retry;
    },
    retrying(detail) {
      state.retry = detail;
    },
    spent(usage) {
      const { usd } = priced(usage, agent.price);
      const tokens = totalTokens(usage);
      if (limits.tokens !== undefined && tokens >= limits.tokens) {
        watch.stop({ kind: "limit", limit: "tokens", detail: `${tokens} tokens used in this turn, ${limits.tokens} were left` });
      } else if (limits.usd !== undefined && usd !== undefined && usd >= limits.usd) {
        watch.stop({
          kind: "limit",
          limit: "usd",
          detail: `$${usd.toFixed(2)} used in this turn, $${limits.usd.toFixed(2)} were left`,
        });
      }
    },
    stop(outcome) {
      if (control.signal.aborted) return;
      if (outcome !== undefined) state.stopped = outcome;
      control.abort();
    },
  };
  return watch;
}

async function tick(running: { turn: AgentTurn; run: AgentRun; watch: Watch; state: State }): Promise<void> {
  const { turn, run, watch, state } = running;
  await run.poll?.(watch);
  const { stallMs } = turn.limits;
  if (performance.now() - state.lastLife < stallMs) return;
  const silence = `nothing for ${Math.round(stallMs / 1000)} s`;
  if (state.retry === undefined) watch.stop({ kind: "limit", limit: "stalled", detail: `the agent said ${silence}` });
  else watch.stop({ kind: "failed", reason: "server", detail: `${silence} but retries: ${state.retry}` });
}

/** Ticks never overlap and never outlive `end`. */
function startTicks(work: () => Promise<void>, everyMs: number): { end(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(
    () => {
      if (busy) return;
      busy = true;
      running = work()
        .catch(() => undefined)
        .finally(() => {
          busy = false;
        });
    },
    Math.max(50, everyMs),
  );
  return {
    async end() {
      clearInterval(timer);
      await running;
    },
  };
}

function overtime(outcome: ProcessOutcome, turnTimeMs: number): AgentOutcome | undefined {
  if (outcome.kind !== "timedOut") return undefined;
  return { kind: "limit", limit: "turnTime", detail: `the turn took ${Math.round(turnTimeMs / 1000)} s, its limit` };
}

function interruptReason(signal: AbortSignal): InterruptReason {
  const reasons: readonly unknown[] = ["person", "shutdown", "handoff"];
  return reasons.includes(signal.reason) ? (signal.reason as InterruptReason) : "shutdown";
}

/** Children in sessions of their own escape the group kill; their inherited markers give them away. */
export async function reapTurn(env: Readonly<Record<string, string>>): Promise<void> {
  const names = ["BATON_HOST", "BATON_THREAD", "BATON_TURN"];
  if (names.every((name) => env[name] !== undefined)) await reapProcesses(markersIn(env, [...names, "BATON_HOST_DIR"]));
}

/** Where adapters keep files that a single turn needs. */
export const turnTemp = (env: Readonly<Record<string, string>>): string => env["TMPDIR"] ?? tmpdir();
