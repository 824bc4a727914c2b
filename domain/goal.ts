import type { FanOut, Planner, Reviewer } from "./fan-out/fan-out.ts";
import type { HostLossPolicy } from "./host-loss.ts";
import type { SubagentPolicy } from "./fan-out/on-demand.ts";
import type { Placement } from "./placement.ts";

/** The contract of a thread, as `config/` hands it over: every default filled in, every unit resolved. */
export interface Goal {
  /** The objective, in the words of the person who wrote it. */
  readonly goal: string;
  readonly background?: string;
  readonly scope: Scope;
  /** Criteria, judged one by one. */
  readonly done: readonly string[];
  /** Shell command run whenever a workspace is (re)created. */
  readonly setup?: string;
  /** `setup` only makes files in the checkout, and the same ones from the same manifests: hosts may keep them. */
  readonly setupCache?: true;
  readonly verify: readonly Check[];
  readonly agents: { readonly worker: WorkerAgent; readonly judge: Judge; readonly planner?: Planner };
  /** Looks at work that passed its checks, before the judge does. */
  readonly review?: Reviewer;
  readonly budget: Budget;
  readonly onFailure: FailureStrategy;
  /** Boundaries the agent must respect; part of the contract and of the judge's instructions. */
  readonly risk: readonly string[];
  readonly deliver: Delivery;
  /** Which hosts may run it; absent: any. */
  readonly placement?: Placement;
  /** What it does when its host is lost. */
  readonly hostLoss?: HostLossPolicy;
  /** Done by subagents before the first turn of `agents.worker`, which then mends what is left. */
  readonly fanOut?: FanOut;
  /** Whether the worker may ask for subagents in its turns; absent: it may not. */
  readonly subagents?: SubagentPolicy;
}

/** Globs relative to the repository root. An empty `allow` allows every path. */
export interface Scope {
  readonly allow: readonly string[];
  readonly protect: readonly string[];
}

/** One verification command, run by Baton in a clean checkout. */
export interface Check {
  readonly name: string;
  /** Shell command, run with the checkout as its working directory. */
  readonly run: string;
  readonly timeoutMs: number;
  readonly metric?: MetricSpec;
  /** `NAME=value`: what a task's fields are called in its subagent's commands. */
  readonly env?: readonly string[];
}

/** A number read from a check's output, by regular expression (first group) or by JSON path of stdout. */
export interface MetricSpec {
  readonly source: { readonly kind: "match"; readonly pattern: string } | { readonly kind: "json"; readonly path: string };
  readonly unit?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** How a worker or judge executable is called; which fields matter depends on `use`. */
export interface AgentCommand {
  readonly model?: string;
  readonly args: readonly string[];
  /** `NAME` passes a variable of the host through, `NAME=value` sets it. */
  readonly env: readonly string[];
  /** Executable: a name on the host's PATH or an absolute path. */
  readonly bin?: string;
  /** USD per million tokens, for agents that report no cost. */
  readonly price?: TokenPrice;
}

export interface TokenPrice {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

export interface WorkerAgent extends AgentCommand {
  readonly use: "codex" | "claude" | "command";
}

export type Judge =
  | { readonly use: "none" }
  | (AgentCommand & { readonly use: "codex" | "claude" | "command"; readonly timeoutMs: number })
  | ModelJudge;

/** A judge that is an API model, called through the AI SDK. */
export interface ModelJudge {
  readonly use: "model";
  readonly provider: "openai-compatible" | "anthropic";
  readonly model: string;
  readonly baseUrl?: string;
  /** Name of the host's environment variable that holds the key. */
  readonly apiKeyEnv?: string;
  readonly price?: TokenPrice;
  readonly timeoutMs: number;
}

/** Limits over the whole thread; an absent dimension is unlimited. */
export interface Budget {
  readonly turns?: number;
  /** Milliseconds in which the thread works: turns, verification, reviews, judging. */
  readonly timeMs?: number;
  /** Milliseconds since the thread was opened, waiting included. */
  readonly wallTimeMs?: number;
  /** Input, cached input and output tokens together. */
  readonly tokens?: number;
  readonly usd?: number;
  /** Files that differ from the base commit. */
  readonly files?: number;
  /** Milliseconds one turn may take. */
  readonly turnTimeMs: number;
}

export interface FailureStrategy {
  readonly sameFailure: number;
  readonly noProgress: number;
  readonly then: "ask" | "stop";
}

export interface Delivery {
  /** Branch in the user's repository, always under `baton/`. Absent: `baton/<thread id>`. */
  readonly branch?: string;
  /** Remote that the branch is pushed to when the goal is achieved. */
  readonly push?: string;
}
