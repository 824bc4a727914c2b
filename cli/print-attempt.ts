import { BatonFailure } from "../domain/failure.ts";
import type { HubClient } from "../hub/hub-client.ts";
import type { Attempt } from "../hub/hub.ts";
import { withCheckpoint } from "./checkpoint-diff.ts";
import { isColorful, printJson } from "./output.ts";

interface PrintedAttempt {
  readonly hub: HubClient;
  readonly repository: string;
  readonly base: string;
  readonly thread: string;
  readonly attempts: readonly Attempt[];
  readonly epoch: number;
  readonly json: boolean;
}

/** Prints what an attempt changed against the thread's base. NotFound when the hub keeps none of that epoch. */
export async function printAttempt({ attempts, thread, epoch, json, ...request }: PrintedAttempt): Promise<void> {
  const attempt = attempts.find((each) => each.epoch === epoch);
  if (attempt === undefined) {
    throw new BatonFailure("NotFound", `Thread ${thread} has no attempt of epoch ${epoch}`, { next: `baton attempts ${thread}` });
  }
  const { commit } = attempt;
  await withCheckpoint({ ...request, commit, cwd: process.cwd() }, async (diff) => {
    if (json) return printJson({ thread, epoch, base: request.base, commit, files: await diff.files() });
    await diff.print({ stat: false, color: isColorful(process.stdout) });
  });
}
