import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { WorkflowNotFoundError, type Client } from "@temporalio/client";
import type { Logger } from "../config/logger.ts";
import { bootId } from "../activities/workspace/boot-id.ts";
import { removeThreadFolder } from "../activities/workspace/open-threads.ts";
import { sweepSpares } from "../git/spare-trees.ts";
import { threadWorkflowId } from "../workflows/messages.ts";

const everyMs = 3_600_000;
/** A thread that ended elsewhere a moment ago may come back, as by a pull from another Temporal Service. */
const keptMs = 24 * 3_600_000;

interface Sweep {
  readonly client: Client;
  /** Folder that holds object stores and workspaces. */
  readonly folder: string;
  readonly logger: Logger;
}

/**
 * A thread that moved on, was lost to another host or ended while this one was off leaves its files here. Removes those of
 * threads that ended a day ago, and work trees that nobody took over, now and every hour.
 */
export function keepSweeping(sweep: Sweep): { stop(): void } {
  const look = () =>
    sweepFolders(sweep, Date.now() - keptMs).catch((error: unknown) =>
      sweep.logger.warn({ error: String(error) }, "the files of ended threads could not be removed"),
    );
  void look();
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** Of threads that ended before `until`, milliseconds since the epoch. */
export async function sweepFolders({ client, folder, logger }: Sweep, until: number): Promise<void> {
  await sweepSpares(join(folder, "spares"), bootId());
  const threads = join(folder, "threads");
  for (const thread of await readdir(threads).catch((): string[] => [])) {
    const endedAt = await whenEnded(client, thread);
    if (endedAt === undefined || endedAt > until) continue;
    await removeThreadFolder({ root: join(threads, thread) });
    logger.info({ thread }, "removed the files of a thread that has ended");
  }
}

/** Undefined while it runs, and where Temporal knows nothing of it: the host may have served another Temporal Service before. */
async function whenEnded(client: Client, thread: string): Promise<number | undefined> {
  try {
    return (await client.workflow.getHandle(threadWorkflowId(thread)).describe()).closeTime?.getTime();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
