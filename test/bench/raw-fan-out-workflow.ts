import { executeChild, ParentClosePolicy, proxyActivities, workflowInfo } from "@temporalio/workflow";
import type { HostActivities } from "../../activities/thread-activities.ts";
import { afterTurn } from "../../domain/after-turn.ts";
import { beforeTurn } from "../../domain/before-turn.ts";
import { afterHeld, afterOpened, beforeHold } from "../../domain/holds.ts";
import { nextStep } from "../../domain/next-step.ts";
import { subagentId } from "../../domain/fan-out/subagent-id.ts";
import { subagentStart } from "../../domain/fan-out/subagent-start.ts";
import type { ThreadStart } from "../../domain/thread-start.ts";
import { openThread } from "../../domain/thread.ts";
import { openWorkspaceInput, turnInput, verifyInput, type HostCall } from "../../workflows/activity-inputs.ts";
import { hostOptions, releaseOptions } from "../../workflows/activity-options.ts";

interface RawFanOut {
  /** Of a thread that fans out: its template is what the children do. */
  readonly start: ThreadStart;
  readonly tasks: readonly { readonly key: string; readonly name: string; readonly fields: Readonly<Record<string, string>> }[];
  readonly hosts: readonly string[];
  /** Children at once, over all hosts. */
  readonly parallel: number;
}

interface RawChild {
  readonly start: ThreadStart;
  readonly host: string;
}

/** A window of children, as plain Temporal code would have it: no places, no budget, no news, no merges. */
export async function rawFanOut({ start, tasks, hosts, parallel }: RawFanOut): Promise<void> {
  let next = 0;
  const lane = async (host: string) => {
    while (next < tasks.length) {
      const task = { ...tasks[next++]!, status: "pending" as const, thread: null, tries: 0, rebases: 0 };
      const { tree: _tree, ...child } = subagentStart(start, task, { id: `raw-${subagentId(task, 1)}` });
      await executeChild(rawChild, {
        args: [{ start: child, host }],
        workflowId: `raw/${child.id}`,
        taskQueue: workflowInfo().taskQueue,
        parentClosePolicy: ParentClosePolicy.ABANDON,
      });
    }
  };
  await Promise.all(Array.from({ length: parallel }, (_, index) => lane(hosts[index % hosts.length]!)));
}

/** The Activities of a subagent that achieves its goal in one turn, one after the other on a fixed host. */
export async function rawChild({ start, host }: RawChild): Promise<void> {
  const on = <T>(call: HostCall<T>): Promise<T> =>
    call.run(proxyActivities(hostOptions(host, start.timing, { workMs: call.workMs, summary: call.summary })));
  let state = afterHeld(beforeHold(openThread(start, Date.now())), { host, incarnation: "" });
  state = afterOpened(state, await on(openWorkspaceInput(state)));
  const step = nextStep(state);
  if (step.kind !== "turn") throw new Error(`not a turn but ${step.kind}`);
  const call = turnInput(state, step);
  state = beforeTurn(state);
  state = afterTurn(state, await on(call), Date.now());
  const { passed, of } = await on(verifyInput(state));
  if (passed !== of) throw new Error(`${passed} of ${of} checks passed`);
  const release = proxyActivities<HostActivities>(releaseOptions(host));
  await release.releaseHost({ thread: start.id, epoch: state.epoch, settled: true });
}
