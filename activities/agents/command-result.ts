import { open } from "node:fs/promises";
import { z } from "zod";
import type { AgentFailure, AgentOutcome } from "../../domain/outcome.ts";
import type { Usage } from "../../domain/usage.ts";

const count = z.number().int().nonnegative();
const reasons = ["auth", "rateLimit", "rate_limit", "server", "context", "config", "unknown"] as const;

const resultSchema = z.strictObject({
  message: z.string().optional(),
  usage: z
    .strictObject({
      input_tokens: count.optional(),
      cached_input_tokens: count.optional(),
      output_tokens: count.optional(),
      usd: z.number().nonnegative().optional(),
    })
    .optional(),
  failure: z
    .strictObject({ reason: z.enum(reasons), detail: z.string().optional(), retry_after_s: z.number().nonnegative().optional() })
    .optional(),
  session: z.string().min(1).max(500).optional(),
});

/** What a command agent may leave in its result file. */
export interface CommandResult {
  readonly message?: string;
  /** `input_tokens` counts without the cached ones. */
  readonly usage?: Usage;
  readonly failure?: AgentOutcome;
  readonly session?: string;
}

const maxBytes = 1024 * 1024;

/** The content of the result file, `undefined` when the command wrote none, or what is wrong with it. */
export async function readCommandResult(path: string): Promise<CommandResult | { readonly invalid: string } | undefined> {
  const text = await readBounded(path);
  if (text === undefined || text.trim() === "") return undefined;
  if (text.length > maxBytes) return { invalid: "it is larger than 1 MiB" };
  try {
    const parsed = resultSchema.safeParse(JSON.parse(text));
    return parsed.success ? resultOf(parsed.data) : { invalid: z.prettifyError(parsed.error) };
  } catch (error) {
    return { invalid: `it is not JSON: ${(error as Error).message}` };
  }
}

function resultOf(raw: z.infer<typeof resultSchema>): CommandResult {
  return {
    ...(raw.message === undefined ? {} : { message: raw.message }),
    ...(raw.usage === undefined ? {} : { usage: usageOf(raw.usage) }),
    ...(raw.failure === undefined ? {} : { failure: failureOf(raw.failure) }),
    ...(raw.session === undefined ? {} : { session: raw.session }),
  };
}

function usageOf(raw: NonNullable<z.infer<typeof resultSchema>["usage"]>): Usage {
  const usd = raw.usd === undefined ? {} : { usd: raw.usd };
  return { input: raw.input_tokens ?? 0, cached: raw.cached_input_tokens ?? 0, output: raw.output_tokens ?? 0, ...usd };
}

function failureOf(raw: NonNullable<z.infer<typeof resultSchema>["failure"]>): AgentOutcome {
  const reason: AgentFailure = raw.reason === "rate_limit" ? "rateLimit" : raw.reason;
  const wait = raw.retry_after_s === undefined ? {} : { retryAfterMs: Math.round(raw.retry_after_s * 1000) };
  return { kind: "failed", reason, detail: (raw.detail ?? `the agent reported ${raw.reason}`).slice(0, 2000), ...wait };
}

async function readBounded(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
