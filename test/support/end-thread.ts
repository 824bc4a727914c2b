import { stopUpdate, threadWorkflowId } from "../../workflows/messages.ts";
import type { BatonWorld } from "./baton-world.ts";
import type { TestThread } from "./test-thread.ts";

/** Stops a thread that has shown what a test wanted, and waits until it is settled; cheaper than the command. */
export async function endThread(world: BatonWorld, thread: TestThread): Promise<void> {
  const handle = (await world.client()).workflow.getHandle(threadWorkflowId(thread.id));
  await handle.executeUpdate(stopUpdate, { args: [{ reason: "the test has seen enough", by: "test" }] });
  await thread.settled("stopped");
}

/** Ends a thread's Workflow in Temporal itself, as a person may by hand: it never settles. */
export async function terminateThread(world: BatonWorld, id: string): Promise<void> {
  world.allowOpen(id, "it was terminated");
  await (await world.client()).workflow.getHandle(threadWorkflowId(id)).terminate("by hand");
}
