import { Context } from "@temporalio/activity";
import type { Verification } from "../../domain/verification.ts";
import { workEnvironment } from "../agent-markers.ts";
import type { HostContext } from "../host-context.ts";
import { readyCheckout } from "../workspace/ready-checkout.ts";
import { refuseHalfDone } from "../refuse-half-done.ts";
import type { OpenThread } from "../workspace/open-threads.ts";
import type { VerifyInput } from "../thread-activities.ts";
import type { TranscriptWriter } from "../transcript-writer.ts";
import { runChecks } from "./run-checks.ts";

interface CommitToVerify {
  readonly input: Omit<VerifyInput, "repository">;
  readonly transcript: TranscriptWriter;
}

/** Runs checks on a commit in the thread's clean checkout. Fails when it was cut short: what is half done says nothing. */
export async function verifyCommit(
  host: HostContext,
  open: OpenThread,
  { input, transcript }: CommitToVerify,
): Promise<Verification> {
  const { thread, epoch, turn, commit, checks, best } = input;
  const cwd = await readyCheckout(host, open, { ...input, transcript });
  const verification = await runChecks({
    thread,
    turn,
    commit,
    checks,
    cwd,
    env: workEnvironment(host, { thread, epoch, turn, attempt: 1, items: input.env }),
    best,
    signal: AbortSignal.any([Context.current().cancellationSignal, host.draining]),
    onEvent: (event) => transcript.write(event),
    saveLog: (content) => saveLog(host, thread, content),
  });
  refuseHalfDone(host);
  return verification;
}

/** A log that cannot be kept is no reason to fail a verification. */
async function saveLog(host: HostContext, thread: string, content: Buffer): Promise<string | undefined> {
  if (content.length === 0) return undefined;
  try {
    return (await host.hub.putArtifact(content, { thread })).artifact;
  } catch (error) {
    host.logger.warn({ error: String(error) }, "a check's log could not be stored");
    return undefined;
  }
}
