import { Context } from "@temporalio/activity";
import type { Verification } from "../domain/verification.ts";
import { recordSetup } from "../git/clean-checkout.ts";
import { workEnvironment } from "./agent-markers.ts";
import type { HostContext } from "./host-context.ts";
import { takeCheckout } from "./prepared-checkout.ts";
import { refuseHalfDone } from "./refuse-half-done.ts";
import type { OpenThread, OpenThreads } from "./open-threads.ts";
import { threadMarkers } from "./thread-markers.ts";
import { runSetup } from "./run-setup.ts";
import type { VerifyInput } from "./thread-activities.ts";
import { openTranscript, type TranscriptWriter } from "./transcript-writer.ts";
import { runChecks } from "./verify.ts";

/** Runs the goal's checks on a commit in a clean checkout of their own: what an agent says or leaves behind cannot reach them. */
export async function verifyTurn(host: HostContext, threads: OpenThreads, input: VerifyInput): Promise<Verification> {
  const open = threads.get(input);
  const { thread, epoch, turn, commit, checks, best } = input;
  const transcript = openTranscript(host.hub, host.logger, { thread, turn, attempt: 1, epoch });
  try {
    const cwd = await readyCheckout(host, open, { input, transcript });
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
  } finally {
    transcript.leave();
  }
}

async function readyCheckout(
  host: HostContext,
  open: OpenThread,
  { input, transcript }: { input: VerifyInput; transcript: TranscriptWriter },
): Promise<string> {
  const { root, setupNeeded } = await takeCheckout(host, open, input.commit);
  const { setup, thread, epoch, turn, env } = input;
  if (setup === undefined || setupNeeded === undefined) return root;
  const doneFile = `${open.folder.verify}/setup.done`;
  await runSetup(host, { thread, epoch, turn, setup, items: env, cwd: root, doneFile, transcript, again: true });
  const { store, verify: dir } = open.folder;
  await recordSetup({ store, dir, commit: input.commit, markers: threadMarkers(host.host, thread) });
  return root;
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
