import { BatonFailure } from "../../domain/failure.ts";
import { describeProcess } from "../../domain/outcome.ts";
import { runProcess, type ProcessResult } from "../../process/run-process.ts";
import { reapTurn } from "../agents/supervise-agent.ts";
import type { AgentQuestion } from "./question.ts";

const answerBytes = 4 * 1024 * 1024;

export interface AskedCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly onStdout?: (chunk: Buffer) => void;
}

/** Runs an asked agent's executable and whatever it left behind to its end. Throws AgentUnavailable when it cannot be started. */
export async function runAsked(question: AgentQuestion, command: AskedCommand): Promise<ProcessResult> {
  const { file, args, onStdout, ...rest } = command;
  try {
    const result = await runProcess({
      ...rest,
      command: { file, args },
      timeoutMs: Math.max(1, Math.round(question.timeoutMs)),
      signal: question.signal,
      tailBytes: answerBytes,
      ...(onStdout === undefined ? {} : { onStdout }),
    });
    if (result.outcome.kind === "notStarted") throw askedMissing(question, result.outcome.message);
    return result;
  } finally {
    await reapTurn(command.env);
  }
}

export function askedMissing({ agent, role }: AgentQuestion, problem: string): BatonFailure {
  return new BatonFailure("AgentUnavailable", `the ${agent.use} ${role} cannot run on this host: ${problem}`, {
    next: `Install it on this host, or set \`bin\` of the goal's ${role}.`,
  });
}

/** Why an asked process gave no answer; undefined when it ended well. */
export function askedProblem({ role }: AgentQuestion, result: ProcessResult): string | undefined {
  if (result.outcome.kind === "exited" && result.outcome.code === 0) return undefined;
  const words = result.stderr.toString("utf8").trim().slice(-1000);
  return `the ${role} ended with ${describeProcess(result.outcome)}${words === "" ? "" : `: ${words}`}`;
}
