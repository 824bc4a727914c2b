import type { AgentBeside } from "../domain/agents-beside.ts";
import type { Check, Goal, Judge, WorkerAgent } from "../domain/goal.ts";
import type { Reviewer } from "../domain/fan-out/fan-out.ts";
import type { MergeReport } from "../domain/fan-out/merge.ts";
import type { PromptInput } from "../domain/prompt-input.ts";
import type { ReportExtras } from "../domain/report.ts";
import type { Review, ReviewFinding, ReviewState } from "../domain/review.ts";
import type { Home, RepositoryRef } from "../domain/repository.ts";
import type { ThreadView } from "../domain/thread-view.ts";
import type { Setup } from "../domain/setup.ts";
import type { Task } from "../domain/fan-out/task.ts";
import type { AgentSession, TurnInside, TurnReport } from "../domain/turn.ts";
import type { Usage } from "../domain/usage.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { Verification } from "../domain/verification.ts";
import type { TurnAllowance } from "../domain/next-step.ts";

/** Names the thread and the claim under which something is done; every write carries the epoch. */
export interface Claim {
  readonly thread: string;
  readonly epoch: number;
}

export interface OpenWorkspaceInput extends Claim, Setup {
  readonly repository: RepositoryRef;
  readonly env: readonly string[];
  readonly turn: number;
  /** Newest attempt at that turn: only what this one left is taken up. Absent: none is. */
  readonly attempt?: number;
  /** Tree of the base commit, where it is known already. */
  readonly baseTree?: string;
  /** Commits to be had in the workspace by their ids, beside the thread's own. */
  readonly also?: readonly string[];
  /** Whether the thread has opened no workspace yet, so that work which the hub has under its id is another's. */
  readonly first?: boolean;
}

export interface PrepareInput extends OpenWorkspaceInput {
  readonly agent: WorkerAgent;
  /** Who else has to be there. */
  readonly others?: readonly AgentBeside[];
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
  /** Set when the newest checkpoint was taken while a turn ran, and has the agent's session of that moment. */
  readonly inside?: TurnInside;
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

export interface VerifyInput extends Claim, Setup {
  readonly repository: RepositoryRef;
  readonly turn: number;
  readonly commit: string;
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
  /** What the reviewer still objects to; absent when it does not, or there is none. */
  readonly findings?: readonly ReviewFinding[];
}

export interface ReviewInput extends Claim {
  readonly repository: RepositoryRef;
  readonly turn: number;
  readonly commit: string;
  readonly goal: Goal;
  readonly reviewer: Reviewer;
  readonly verification: Verification | null;
  /** The review before; null in the first one. */
  readonly earlier: ReviewState | null;
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
  /** Key of the task that the commit achieves: a later fan-out with the same task takes it. */
  readonly result?: { readonly key: string; readonly commit: string; readonly base: string };
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

export interface ListTasksInput extends Claim {
  readonly repository: RepositoryRef;
  /** Has a `fanOut`. */
  readonly goal: Goal;
}

export interface ListedTask extends Task {
  readonly key: string;
  /** The work of an earlier subagent that achieved the same task. */
  readonly done?: { readonly thread: string; readonly commit: string };
}

export interface ListedTasks {
  /** In the order in which they are to be started; no two with the same key. */
  readonly tasks: readonly ListedTask[];
  /** Tasks of the source that stand there more than once. */
  readonly duplicates: number;
  /** What the planner used; nothing for the other sources. */
  readonly usage: Usage;
  readonly activeMs: number;
}

export interface MergeCandidate {
  readonly key: string;
  readonly name: string;
  /** Subagent whose work it is. */
  readonly thread: string;
  readonly commit: string;
}

export interface MergeInput extends Claim, Setup {
  readonly repository: RepositoryRef;
  /** Counts the merges of this thread from 1; asking for the same one again gives what came of it. */
  readonly merge: number;
  /** Newest commit of the merged stack; the base before the first. */
  readonly onto: string;
  /** In the order in which they are merged. */
  readonly candidates: readonly MergeCandidate[];
  /** Checks that the new stack has to pass, but for those that `onto` fails. */
  readonly checks: readonly Check[];
  /** Names of those that fail on `onto`, as far as is known. */
  readonly knownRed?: readonly string[];
  /** Checks that have to hold once a candidate is in, by its key. */
  readonly checksOf: Readonly<Record<string, readonly Check[]>>;
  readonly env: readonly string[];
  readonly scope: Goal["scope"];
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
  review(input: ReviewInput): Promise<Review>;
  judge(input: JudgeInput): Promise<Verdict>;
  deliver(input: DeliverInput): Promise<Delivered>;
}

/** Activities of a host for threads that fan out; on the host's own Task Queue as well. */
export interface FanOutActivities {
  listTasks(input: ListTasksInput): Promise<ListedTasks>;
  mergeBatch(input: MergeInput): Promise<MergeReport>;
}
