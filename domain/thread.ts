import { nothingSpent, type Spent } from "./budget.ts";
import type { Budget } from "./goal.ts";
import { freshFanOut, type FanOutState } from "./fan-out/fan-out-state.ts";
import type { LostHost } from "./host-loss.ts";
import type { Placement } from "./placement.ts";
import type { Departure, TakenBack } from "./departure.ts";
import type { Handoff, Moved } from "./handoff.ts";
import { freshProgress, type Progress } from "./progress.ts";
import type { Question } from "./question.ts";
import type { ReviewState } from "./review.ts";
import type { LateSteering } from "./steering.ts";
import type { ThreadStart } from "./thread-start.ts";
import type { TurnSummary } from "./thread-view.ts";
import type { AgentSession, Changes, Checkpoint } from "./turn.ts";
import type { TurnGrant } from "./fan-out/tree.ts";
import type { AskedQuestion } from "./fan-out/worker-questions.ts";
import type { Verdict } from "./verdict.ts";
import type { Verification } from "./verification.ts";

/** What is due next at the work itself, apart from holds, waits and people. */
export type Phase = "fanOut" | "turn" | "verify" | "review" | "judge" | "ended";

export interface Ending {
  readonly status: "achieved" | "failed" | "stopped" | "moved";
  readonly reason: string;
}

/** A claim on one place of one host, and what is open there. */
export interface Hold {
  readonly host: string;
  readonly incarnation: string;
  readonly workspaceOpen: boolean;
}

export interface BackOff {
  readonly waitMs: number;
  readonly reason: string;
}

/**
 * Everything a thread is, as plain JSON: it is carried through continue-as-new, so it stays small and anything bigger
 * lives in the hub. Changed only by the pure functions of this folder.
 */
export interface ThreadState {
  readonly start: ThreadStart;
  readonly phase: Phase;
  readonly budget: Budget;
  readonly spent: Spent;
  /** Finished turns; the next one is `turn + 1`. */
  readonly turn: number;
  /** Attempts already made at the next turn. */
  readonly attempt: number;
  /** Failed attempts in a row, over turns; decides when a person is asked. */
  readonly failures: number;
  /** Attempts in a row, over turns, that resumed the session and ended without a word; absent: none. */
  readonly barrenResumes?: number;
  readonly epoch: number;
  /** Newest epoch that any claim was made under; a claim that came to nothing is not used again. */
  readonly lastEpoch: number;
  readonly hold: Hold | null;
  /** The host that held it last and is gone, while the thread waits for it. */
  readonly lost?: LostHost;
  readonly handoff: Handoff | null;
  readonly moved: Moved | null;
  /** The move to another Temporal Service that is under way, or was the last thing here. */
  readonly departure?: Departure;
  readonly takenBack?: TakenBack;
  /** Identity of the namespace where the home is; absent in a thread that never left it. */
  readonly homeService?: string;
  /** Whether it is in another Temporal Service than its home: a host of the home's name would be another one. */
  readonly foreign?: boolean;
  /** Which hosts may take it; absent: any. */
  readonly placement?: Placement;
  readonly session: AgentSession | null;
  /** Why the next turn starts a new session with a brief; null resumes the session. */
  readonly coldStart: string | null;
  readonly baseTree: string | null;
  readonly checkpoint: (Checkpoint & { readonly turn: number }) | null;
  readonly changes: Changes | null;
  readonly claim: string;
  /** Digest of the commands of the newest turn. */
  readonly turnCommands: string;
  readonly verification: Verification | null;
  readonly verdict: Verdict | null;
  /** Absent before the first review. */
  readonly review?: ReviewState;
  readonly progress: Progress;
  /** Whether the newest turn neither changed a file nor used a tool or a token. */
  readonly idle: boolean;
  readonly steering: readonly string[];
  /** The newest that was sent after the thread; absent where nothing was. */
  readonly lateSteering?: LateSteering;
  /** What the next prompt has to say once: what repeats, what a person answered. */
  readonly notices: readonly string[];
  /** How many of `steering` and `notices` the running or newest attempt was told. */
  readonly told: { readonly steering: number; readonly notices: number };
  readonly questions: readonly Question[];
  readonly questionsAsked: number;
  readonly paused: boolean;
  readonly backOff: BackOff | null;
  /** Whether the wrap-up turn of the present budget has been taken. */
  readonly wrappedUp: boolean;
  readonly turns: readonly TurnSummary[];
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  readonly ending: Ending | null;
  readonly delivered: boolean;
  readonly settledAt: number | null;
  readonly report: string | null;
  /** What it knows of its subagents; absent in a thread that has none. */
  readonly fanOut?: FanOutState;
  /** Leave of the root of its tree to make the next attempt at a turn. */
  readonly granted?: TurnGrant;
  /** What its agent asked a person in the middle of turns, newest last. */
  readonly asked?: readonly AskedQuestion[];
}

export function openThread(start: ThreadStart, now: number): ThreadState {
  return {
    start,
    phase: start.goal.fanOut === undefined ? "turn" : "fanOut",
    ...(start.goal.fanOut === undefined ? {} : { fanOut: freshFanOut(start.goal.fanOut) }),
    budget: start.goal.budget,
    spent: nothingSpent,
    turn: 0,
    attempt: 0,
    failures: 0,
    epoch: 0,
    lastEpoch: 0,
    hold: null,
    handoff: null,
    moved: null,
    ...(start.goal.placement === undefined ? {} : { placement: start.goal.placement }),
    session: null,
    coldStart: null,
    baseTree: null,
    checkpoint: null,
    changes: null,
    claim: "",
    turnCommands: "",
    verification: null,
    verdict: null,
    progress: freshProgress,
    idle: false,
    steering: [],
    notices: [],
    told: { steering: 0, notices: 0 },
    questions: [],
    questionsAsked: 0,
    paused: false,
    backOff: null,
    wrappedUp: false,
    turns: [],
    openedAt: now,
    ending: null,
    delivered: false,
    settledAt: null,
    report: null,
  };
}

export function end({ departure: _departure, lost: _lost, ...state }: ThreadState, ending: Ending): ThreadState {
  return { ...state, phase: "ended", ending, questions: [], backOff: null, paused: false };
}

/** The state as of `now`: wall time passes without anything happening. */
export function atTime(state: ThreadState, now: number): ThreadState {
  return { ...state, spent: { ...state.spent, wallTimeMs: now - state.openedAt } };
}

export function isSettled(state: ThreadState): boolean {
  return state.settledAt !== null;
}
