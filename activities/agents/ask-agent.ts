import { tmpdir } from "node:os";
import { describeProcess } from "../../domain/outcome.ts";
import { runProcess } from "../../process/run-process.ts";

const timeoutMs = 10_000;

/** What an executable answered to a short question. */
export interface Asked {
  readonly ok: boolean;
  readonly text: string;
}

/** Runs an executable for its answer, at most 10 s; anything but exit code 0 is not `ok`. */
export async function ask(file: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Asked> {
  const result = await runProcess({ command: { file, args }, cwd: tmpdir(), env, timeoutMs, tailBytes: 4096, stdin: "" });
  const ok = result.outcome.kind === "exited" && result.outcome.code === 0;
  const said = [result.stdout, result.stderr].map((stream) => stream.toString("utf8").trim()).filter((text) => text !== "");
  return { ok, text: ok ? said.join("\n") : [...said, describeProcess(result.outcome)].join("\n") };
}

export function versionOf(asked: Asked): string | undefined {
  return asked.ok ? /\d+\.\d+\.\d+\S*/.exec(asked.text)?.[0] : undefined;
}

export function firstLine({ text }: Asked): string {
  return (text.split("\n").find((line) => line.trim() !== "" && !line.startsWith("WARNING")) ?? "no answer").slice(0, 300);
}
