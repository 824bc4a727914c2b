import { destination, pino, type DestinationStream, type Logger } from "pino";
import type { Environment } from "./environment.ts";
import { readLogLevel } from "./settings.ts";

export type { Logger } from "pino";

export interface LoggerRequest {
  /** Which process writes: `host`, `hub`. */
  readonly service: string;
  readonly host?: string;
  readonly env: Environment;
  /** Standard error by default, so that standard output stays free for results. */
  readonly stream?: DestinationStream;
}

/** Whom or what a line is about. */
export interface LogContext {
  readonly thread: string;
  readonly turn?: number;
  readonly attempt?: number;
  readonly epoch?: number;
}

const hidden = "[hidden]";
const secretKey =
  /(?:^|[_-])(?:authorization|cookie|credential|passphrase|passwd|password|pwd|secret)s?$|api[_-]?key|private[_-]?key|secret|token$/i;
const deepest = 6;

/** JSON lines with level and time as words; what looks like a secret is hidden. Settings for a BATON_LOG_LEVEL that is none. */
export function createLogger({ service, host, env, stream }: LoggerRequest): Logger {
  const base = { service, ...(host === undefined ? {} : { host }), pid: process.pid };
  const options = {
    level: readLogLevel(env),
    base,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => hideSecrets(fields, 0) as Record<string, unknown>,
    },
  };
  return pino(options, stream ?? destination({ fd: 2, sync: true }));
}

/** A logger whose every line names the thread (and turn, attempt, epoch) it is about. */
export function threadLogger(logger: Logger, context: LogContext): Logger {
  return logger.child({ ...context });
}

/** Whether a field of this name holds something that may not be written down. Counters such as `tokens` may. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key.replace(/([a-z\d])([A-Z])/g, "$1_$2"));
}

function hideSecrets(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth > deepest) return value;
  if (Array.isArray(value)) return value.map((item) => hideSecrets(item, depth + 1));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, isSecretKey(key) ? hidden : hideSecrets(item, depth + 1)]),
  );
}

/** Errors, dates and buffers have their own way of being written. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
