import { settledStatuses, type ThreadStatus, type ThreadView } from "../../domain/thread-view.ts";
import type { TestRepository } from "./repository.ts";
import type { Script } from "./script.ts";
import { GiveUp, until } from "./until.ts";

/** A goal that a test may run, once or several times. */
export interface TestGoal {
  readonly repository: TestRepository;
  readonly script: Script;
  /** Absolute path of the goal file, outside the repository. */
  readonly file: string;
}

export interface TestThread extends TestGoal {
  readonly id: string;
  readonly branch: string;
  view(): Promise<ThreadView>;
  /** Waits until a view holds. Fails at once when the thread settles without that. */
  when(why: string, holds: (view: ThreadView) => boolean, withinMs?: number): Promise<ThreadView>;
  /** Waits until it is settled as named, `achieved` by default. */
  settled(status?: ThreadStatus, withinMs?: number): Promise<ThreadView>;
  /** Waits until it asks something. */
  asks(withinMs?: number): Promise<ThreadView>;
  /** Turn numbers in the trailers of the branch's commits, oldest first. */
  committedTurns(): Promise<number[]>;
}

interface ThreadRequest extends TestGoal {
  readonly id: string;
  readonly branch: string;
  readonly look: () => Promise<ThreadView>;
}

export function testThread({ look, ...rest }: ThreadRequest): TestThread {
  const { id, branch, repository } = rest;
  const when: TestThread["when"] = async (why, holds, withinMs = 60_000) => {
    let last: ThreadView | undefined;
    const seen = until(
      async () => {
        last = await look();
        if (!holds(last) && settledStatuses.includes(last.status))
          throw new GiveUp(`${id} settled without this: ${why}\n${brief(last)}`);
        return holds(last) ? last : undefined;
      },
      { why, withinMs },
    );
    return await seen.catch((error: unknown) => {
      throw error instanceof GiveUp ? error : new Error(`${String(error)}\n${last === undefined ? "never seen" : brief(last)}`);
    });
  };
  return {
    ...rest,
    view: look,
    when,
    settled: (status = "achieved", withinMs) => when(`${id} is ${status}`, (view) => view.status === status, withinMs),
    asks: (withinMs) => when(`${id} asks`, (view) => view.questions.length > 0, withinMs),
    committedTurns: async () => turnsOf(await repository.messages(branch)),
  };
}

function turnsOf(messages: readonly string[]): number[] {
  return messages.map((message) => Number(/^Baton-Turn: (\d+)$/m.exec(message)?.[1]));
}

function brief({ status, doing, turn, attempt, epoch, reason, checks, turns, questions }: ThreadView): string {
  return JSON.stringify({ status, doing, turn, attempt, epoch, reason, checks, turns, questions }, null, 1);
}
