import { DefaultLogger, type LogEntry } from "@temporalio/worker";
import type { Logger } from "../config/logger.ts";
import { threadOfWorkflow, threadWorkflowId } from "../workflows/messages.ts";

const methods = { TRACE: "trace", DEBUG: "debug", INFO: "info", WARN: "warn", ERROR: "error" } as const;

/** Temporal SDK's lines as lines of ours: same level, Workflow and Activity context kept, the task token dropped. */
export function temporalLogger(logger: Logger): DefaultLogger {
  // Everything comes here first, because the level is the bridge's own to decide.
  return new DefaultLogger("TRACE", (entry) => writeEntry(logger, entry));
}

function writeEntry(logger: Logger, { level, message, meta, timestampNanos }: LogEntry): void {
  const method = methods[level];
  if (!logger.isLevelEnabled(method)) return;
  const { taskToken: _taskToken, error, ...fields } = (meta ?? {}) as Record<string, unknown>;
  const at = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  logger[method]({ ...withThread(plain(fields)), ...(error === undefined ? {} : { err: error }), at }, message);
}

/** Workflow ids are `thread/<id>`, so that SDK lines can be found by thread as well. */
function withThread(fields: Record<string, unknown>): Record<string, unknown> {
  const id = fields["workflowId"];
  return typeof id === "string" && id.startsWith(threadWorkflowId("")) && !("thread" in fields)
    ? { ...fields, thread: threadOfWorkflow(id) }
    : fields;
}

/** JSON knows no bigint; one in a field would lose the line. */
function plain(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === "bigint" ? String(value) : value]),
  );
}
