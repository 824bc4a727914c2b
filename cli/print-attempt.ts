import { BatonFailure } from "../domain/failure.ts";
import type { HubClient } from "../hub/hub-client.ts";
import type { Attempt } from "../hub/hub.ts";
import { withCheckpoint } from "./checkpoint-diff.ts";
import { isColorful } from "./output.ts";

interface PrintedAttempt {
  readonly hub: HubClient;
  readonly repository: string;
  readonly base: string;
  readonly thread: string;
  readonly attempts: readonly Attempt[];
  readonly epoch: number;
}

/** Prints what an attempt changed against the thread's base. NotFound when the hub keeps none of that epoch. */
export async function printAttempt({ attempts, thread, epoch, ...request }: PrintedAttempt): Promise<void> {
  const attempt = attempts.find((each) => each.epoch === epoch);
  if (attempt === undefined) {
    throw new BatonFailure("NotFound", `Thread ${thread} has no attempt of epoch ${epoch}`, { next: `baton attempts ${thread}` });
  }
  await withCheckpoint({ ...request, commit: attempt.commit, cwd: process.cwd() }, (diff) =>
    diff.print({ stat: false, color: isColorful(process.stdout) }),
  );
}
