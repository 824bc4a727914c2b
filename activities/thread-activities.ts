import type { Check, Goal, Judge, WorkerAgent } from "../domain/goal.ts";
import type { PromptInput } from "../domain/prompt-input.ts";
import type { ReportExtras } from "../domain/report.ts";
import type { Home, RepositoryRef } from "../domain/repository.ts";
import type { ThreadView } from "../domain/thread-view.ts";
import type { AgentSession, TurnReport } from "../domain/turn.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { Verification } from "../domain/verification.ts";
import type { TurnAllowance } from "../domain/next-step.ts";

/** Names the thread and the claim under which something is done; every write carries the epoch. */
export interface Claim {
  readonly thread: string;
  readonly epoch: number;
}

export interface OpenWorkspaceInput extends Claim {
  readonly repository: RepositoryRef;
  readonly setup?: string;
  readonly env: readonly string[];
  readonly turn: number;
}

export interface PrepareInput extends OpenWorkspaceInput {
  readonly agent: WorkerAgent;
}

/** What a host found when it got ready to take a thread over; with problems it is not fit for it. */
export interface PreparedWorkspace {
  readonly problems: readonly string[];
  /** Bytes fetched from the hub. */
  readonly bytes: number;
}

export interface OpenedWorkspace {
  /** Bytes fetched from the hub. */
  readonly bytes: number;
  readonly baseTree: string;
  /** The newest complete turn the hub knows; newer than the Workflow's when its result was lost on the way. */
  readonly newest: TurnReport | null;
}

export interface RunTurnInput extends Claim {
  readonly repository: RepositoryRef;
  readonly agent: WorkerAgent;
  readonly turn: number;
  readonly attempt: number;
  readonly session: AgentSession | null;
  readonly coldStart: string | null;
  readonly allowance: TurnAllowance;
  readonly stallMs: number;
  readonly scope: Goal["scope"];
  readonly prompt: PromptInput;
}

export interface VerifyInput extends Claim {
  readonly repository: RepositoryRef;
  readonly turn: number;
  readonly commit: string;
  readonly setup?: string;
  readonly env: readonly string[];
  readonly checks: readonly Check[];
  readonly best: Readonly<Record<string, number>>;
}

export interface JudgeInput extends Claim {
  readonly repository: RepositoryRef;
  readonly turn: number;
  readonly commit: string;
  readonly goal: Goal;
  readonly judge: Exclude<Judge, { use: "none" }>;
  readonly verification: Verification | null;
  readonly claim: string;
}

export interface DeliverInput extends Claim {
  readonly turn: number;
  readonly repository: RepositoryRef;
  /** Null where the user's repository is out of reach: then only the push and the report are left to do. */
  readonly home: Home | null;
  readonly branch: string;
  /** Absent when there is nothing to deliver: the report is stored all the same. */
  readonly commit?: string;
  readonly push?: string;
  /** The thread as it settles, for the report. */
  readonly view: ThreadView;
  readonly extras: Omit<ReportExtras, "diffstat" | "pushedTo">;
}

export interface Delivered {
  readonly branch: string | null;
  readonly pushedTo?: string;
  /** Hub artifact with the report. */
  readonly report: string;
}

export interface HoldInput extends Claim {
  /** What the host has to carry besides the pool's own label. */
  readonly labels?: readonly string[];
  /** Takes a place again that was held all along; a full host does not refuse it. */
  readonly keep?: boolean;
}

/** Activities of a pool's Task Queue. */
export interface PoolActivities {
  /** Occupies a place until it is released; the host tells the Workflow by Signal when the place is there. */
  holdHost(input: HoldInput): Promise<{ readonly ended: "released" | "shutdown" | "superseded" }>;
}

/** Activities of one host's own Task Queue. */
export interface HostActivities extends PoolActivities {
  releaseHost(input: Claim & { readonly settled: boolean }): Promise<void>;
  prepareWorkspace(input: PrepareInput): Promise<PreparedWorkspace>;
  openWorkspace(input: OpenWorkspaceInput): Promise<OpenedWorkspace>;
  runTurn(input: RunTurnInput): Promise<TurnReport>;
  verify(input: VerifyInput): Promise<Verification>;
  judge(input: JudgeInput): Promise<Verdict>;
  deliver(input: DeliverInput): Promise<Delivered>;
}
