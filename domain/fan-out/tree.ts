import type { Spent } from "../budget.ts";
import type { Answer } from "../question.ts";

/** Where a subagent stands in its tree of threads. */
export interface TreePlace {
  /** Thread at the top, which keeps the budget. */
  readonly root: string;
  readonly parent: string;
  /** Key and name of the task it was started for. */
  readonly key: string;
  readonly task: string;
  /** 1 for a subagent of the root. */
  readonly depth: number;
  /** Whether it asks the root before each attempt at a turn, because the tree's budget has limits. */
  readonly metered: boolean;
  /** The parent takes it for at work from its start on, without being told; absent in threads of earlier versions. */
  readonly startsAtWork?: true;
  /** Commit of earlier work at the same task, to be had in the workspace by its id. */
  readonly earlier?: string;
}

/** What a tree's budget counts. */
export type TreeSpent = Pick<Spent, "turns" | "timeMs" | "tokens" | "usd">;

/** What a subagent tells the thread that started it, and the root. */
export interface SubagentNews {
  readonly thread: string;
  readonly parent: string;
  readonly key: string;
  /** Its own use so far, without its own subagents'. */
  readonly spent: TreeSpent;
  readonly now: SubagentState;
}

export type SubagentState =
  | { readonly kind: "wantsTurn"; readonly turn: number; readonly attempt: number }
  | { readonly kind: "working" }
  | { readonly kind: "stuck"; readonly text: string; readonly cause: string }
  /** It is at work for another thread, or at another task: whoever asked has to start one of its own. */
  | { readonly kind: "taken" }
  | {
      readonly kind: "settled";
      readonly status: string;
      readonly reason: string;
      readonly commit: string;
      /** Equal for subagents that failed alike; empty when it achieved its goal. */
      readonly cause: string;
    };

/** What a thread tells its subagents. */
export type TreeOrder =
  | { readonly kind: "pause"; readonly now: boolean }
  | { readonly kind: "resume" }
  | { readonly kind: "stop"; readonly reason: string }
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "turn"; readonly grant: TurnGrant }
  /** A parent that does not know how it stands, or not any more, claims it for a task. */
  | ({ readonly kind: "adopt" } & Pick<TreePlace, "parent" | "root" | "key" | "metered">);

/** Leave of the root to make one attempt at a turn, and what it may use of the tree's budget. */
export interface TurnGrant {
  readonly turn: number;
  readonly attempt: number;
  readonly timeMs?: number;
  readonly tokens?: number;
  readonly usd?: number;
}

export const nothingInTree: TreeSpent = { turns: 0, timeMs: 0, tokens: 0 };

export function addInTree(a: TreeSpent, b: TreeSpent): TreeSpent {
  const usd = a.usd === undefined && b.usd === undefined ? {} : { usd: (a.usd ?? 0) + (b.usd ?? 0) };
  return { turns: a.turns + b.turns, timeMs: a.timeMs + b.timeMs, tokens: a.tokens + b.tokens, ...usd };
}

/** What was used since an earlier report of the same thread; reports that overtook each other count nothing. */
export function sinceInTree(now: TreeSpent, before: TreeSpent): TreeSpent {
  const usd = now.usd === undefined ? {} : { usd: Math.max(0, now.usd - (before.usd ?? 0)) };
  return {
    turns: Math.max(0, now.turns - before.turns),
    timeMs: Math.max(0, now.timeMs - before.timeMs),
    tokens: Math.max(0, now.tokens - before.tokens),
    ...usd,
  };
}

export function ofTree({ turns, timeMs, tokens, usd }: Spent): TreeSpent {
  return { turns, timeMs, tokens, ...(usd === undefined ? {} : { usd }) };
}
