/**
 * Every failure that Baton expects, by name. The names cross process boundaries as ApplicationFailure types and appear
 * in `--json` output, so they are a wire contract: add, never rename.
 */
export type FailureType =
  | "Usage"
  | "GoalFile"
  | "Settings"
  | "Repository"
  | "NotFound"
  | "Conflict"
  | "IdTaken"
  | "AgentUnavailable"
  | "SetupFailed"
  | "TaskList"
  | "DiskFull"
  | "Workspace"
  | "Delivery"
  | "RedStack"
  | "StaleEpoch"
  | "HubUnreachable"
  | "TemporalUnreachable"
  | "GoalNotAchieved"
  | "Interrupted";

interface FailureRule {
  /** Exit code of a command that ends with it. */
  readonly exitCode: 2 | 3 | 4 | 130;
  /** Whether trying the same thing again may help without anybody doing anything. */
  readonly retryable: boolean;
}

export const failureRules = {
  Usage: { exitCode: 2, retryable: false },
  GoalFile: { exitCode: 2, retryable: false },
  Settings: { exitCode: 2, retryable: false },
  Repository: { exitCode: 2, retryable: false },
  NotFound: { exitCode: 2, retryable: false },
  Conflict: { exitCode: 2, retryable: false },
  IdTaken: { exitCode: 2, retryable: false },
  AgentUnavailable: { exitCode: 2, retryable: false },
  TaskList: { exitCode: 3, retryable: false },
  SetupFailed: { exitCode: 3, retryable: false },
  DiskFull: { exitCode: 3, retryable: false },
  Workspace: { exitCode: 3, retryable: false },
  Delivery: { exitCode: 3, retryable: false },
  RedStack: { exitCode: 3, retryable: false },
  StaleEpoch: { exitCode: 3, retryable: false },
  HubUnreachable: { exitCode: 4, retryable: true },
  TemporalUnreachable: { exitCode: 4, retryable: true },
  GoalNotAchieved: { exitCode: 3, retryable: false },
  Interrupted: { exitCode: 130, retryable: false },
} satisfies Record<FailureType, FailureRule>;

interface FailureContext {
  /** Where: `goal.yaml:6:18`, a path, an address. */
  readonly where?: string;
  /** What to do next, as a sentence or a command. */
  readonly next?: string;
  readonly cause?: unknown;
}

/** An expected failure: what failed, where, what to do next. Anything else that is thrown is a bug in Baton. */
export class BatonFailure extends Error {
  readonly type: FailureType;
  readonly where: string | undefined;
  readonly next: string | undefined;

  constructor(type: FailureType, message: string, context: FailureContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = "BatonFailure";
    this.type = type;
    this.where = context.where;
    this.next = context.next;
  }
}
