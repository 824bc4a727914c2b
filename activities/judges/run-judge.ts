import { BatonFailure } from "../../domain/failure.ts";
import { describeProcess } from "../../domain/outcome.ts";
import { runProcess, type ProcessResult } from "../../process/run-process.ts";
import { reapTurn } from "../agents/supervise-agent.ts";
import type { AgentJudge, JudgeQuestion } from "./judge-question.ts";

const answerBytes = 4 * 1024 * 1024;

export interface JudgeCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly onStdout?: (chunk: Buffer) => void;
}

/** Runs a judge's executable and whatever it left behind to its end. Throws AgentUnavailable when it cannot be started. */
export async function runJudge(question: JudgeQuestion<AgentJudge>, command: JudgeCommand): Promise<ProcessResult> {
  const { file, args, onStdout, ...rest } = command;
  try {
    const result = await runProcess({
      ...rest,
      command: { file, args },
      timeoutMs: Math.max(1, Math.round(question.timeoutMs)),
      signal: question.request.signal,
      tailBytes: answerBytes,
      ...(onStdout === undefined ? {} : { onStdout }),
    });
    if (result.outcome.kind === "notStarted") throw judgeMissing(question.judge.use, result.outcome.message);
    return result;
  } finally {
    await reapTurn(command.env);
  }
}

export function judgeMissing(use: string, problem: string): BatonFailure {
  return new BatonFailure("AgentUnavailable", `the ${use} judge cannot run on this host: ${problem}`, {
    next: `Install it on this host, or set \`bin\` of the goal's judge.`,
  });
}

/** Why a judge's process gave no answer; undefined when it ended well. */
export function judgeProblem(result: ProcessResult): string | undefined {
  if (result.outcome.kind === "exited" && result.outcome.code === 0) return undefined;
  const words = result.stderr.toString("utf8").trim().slice(-1000);
  return `the judge ended with ${describeProcess(result.outcome)}${words === "" ? "" : `: ${words}`}`;
}
