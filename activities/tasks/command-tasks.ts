import { isUtf8 } from "node:buffer";
import { parseTaskLines } from "../../config/tasks/parse-task-lines.ts";
import { cleanText } from "../../domain/clean-text.ts";
import { BatonFailure } from "../../domain/failure.ts";
import { describeProcess } from "../../domain/outcome.ts";
import type { Task } from "../../domain/fan-out/task.ts";
import { runProcess, type ProcessResult } from "../../process/run-process.ts";
import { reapTurn } from "../agents/supervise-agent.ts";
import { shellScript } from "../shell-script.ts";

const outputBytes = 8 * 1024 * 1024;
const tailBytes = 16 * 1024;
const shownCharacters = 2_000;
const where = "fan_out.command";
const mend = "mend the command or what it needs on the host";

export interface TaskCommand {
  readonly run: string;
  readonly timeoutMs: number;
  /** Absolute path of a clean checkout of the base. */
  readonly cwd: string;
  /** The command's whole environment, markers applied. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Tasks that a command prints. Throws TaskList when it fails or says too much, GoalFile when what it prints is no list. */
export async function commandTasks(command: TaskCommand): Promise<Task[]> {
  const chunks: Buffer[] = [];
  const result = await runToItsEnd(command, chunks);
  const { outcome } = result;
  if (outcome.kind !== "exited" || outcome.code !== 0) throw failed(command, result);
  const output = Buffer.concat(chunks);
  if (!isUtf8(output)) throw refused("prints what is not UTF-8", "let it print UTF-8 text, one line or one JSON object a task");
  const text = output.toString("utf8");
  const said = saidBy(result.stderr);
  if (text.trim() !== "" || said === "") return parseTaskLines(text);
  throw new BatonFailure("GoalFile", `the output of ${where} has no task; on stderr it says:${said}`, { where, next: mend });
}

async function runToItsEnd({ run, ...command }: TaskCommand, chunks: Buffer[]): Promise<ProcessResult> {
  let bytes = 0;
  const keep = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > outputBytes)
      throw refused("prints more than 8 MB", "let it print the tasks alone, one line or one JSON object each");
    chunks.push(chunk);
  };
  try {
    return await runProcess({ ...command, command: { shell: shellScript(run) }, onStdout: keep, tailBytes });
  } finally {
    await reapTurn(command.env);
  }
}

function failed({ run }: TaskCommand, { outcome, stdout, stderr }: ProcessResult): BatonFailure {
  const said = saidBy(Buffer.concat([stdout, stderr]));
  const message = `the command for the tasks failed (${describeProcess(outcome)}): ${run}${said}`;
  return new BatonFailure("TaskList", message, { where, next: mend });
}

/** The end of an output, on lines of its own. */
function saidBy(output: Buffer): string {
  const said = cleanText(output.toString()).trim().slice(-shownCharacters);
  return said === "" ? "" : `\n${said}`;
}

function refused(what: string, next: string): BatonFailure {
  return new BatonFailure("TaskList", `the command for the tasks ${what}`, { where, next });
}
