import { Context } from "@temporalio/activity";
import { BatonFailure } from "../domain/failure.ts";
import { agentProblems } from "./agents/agent-problems.ts";
import { fetchThread, restoreThread, setUp } from "./workspace/bring-up.ts";
import type { HostContext } from "./host-context.ts";
import { secureLeftWork } from "./workspace/left-work.ts";
import type { OpenThreads } from "./workspace/open-threads.ts";
import type { PreparedWorkspace, PrepareInput } from "./thread-activities.ts";
import { trustFiles } from "../git/workspace.ts";
import { untilHubBack } from "./until-hub-back.ts";

/**
 * Gets this host ready to take a thread over while another still works on it: copies the newest checkpoint without claiming
 * anything, and finds out whether its agents and `setup` work here.
 */
export async function prepareWorkspace(host: HostContext, threads: OpenThreads, input: PrepareInput): Promise<PreparedWorkspace> {
  const { thread, repository } = input;
  const { cancellationSignal: signal } = Context.current();
  try {
    const problems = await agentProblems(host, input);
    if (problems.length > 0) return { problems, bytes: 0 };
    const asked = () => host.hub.readCheckpoint({ repository: repository.id, thread });
    const { checkpoint } = await untilHubBack(asked, { signal, logger: host.logger });
    const { open, bytes } = await fetchThread(host, input, checkpoint);
    // A handoff that is off may be followed by another claim on the same folder.
    signal.throwIfAborted();
    await secureLeftWork(host, open, { input, checkpoint });
    const commit = await restoreThread(open, checkpoint);
    signal.throwIfAborted();
    if (input.setup === undefined) await trustFiles(open.workspace);
    else await setUp(host, open, input);
    threads.noteReady(thread, commit);
    return { problems: [], bytes };
  } catch (error) {
    const expected = error instanceof BatonFailure && (error.type === "SetupFailed" || error.type === "AgentUnavailable");
    if (!expected) throw error;
    return { problems: [[error.message, error.next].filter(Boolean).join(": ")], bytes: 0 };
  }
}
