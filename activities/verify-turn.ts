import type { Verification } from "../domain/verification.ts";
import type { HostContext } from "./host-context.ts";
import type { OpenThreads } from "./workspace/open-threads.ts";
import type { VerifyInput } from "./thread-activities.ts";
import { openTranscript } from "./transcript-writer.ts";
import { verifyCommit } from "./checks/verify-commit.ts";

/** Runs the goal's checks on a commit in a clean checkout of their own: what an agent says or leaves behind cannot reach them. */
export async function verifyTurn(host: HostContext, threads: OpenThreads, input: VerifyInput): Promise<Verification> {
  const open = threads.get(input);
  const { thread, epoch, turn } = input;
  const transcript = openTranscript(host.hub, host.logger, { thread, turn, attempt: 1, epoch });
  try {
    return await verifyCommit(host, open, { input, transcript });
  } finally {
    transcript.leave();
  }
}
