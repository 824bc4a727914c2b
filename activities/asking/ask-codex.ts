import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { noUsage } from "../../domain/usage.ts";
import { limitedBy } from "../agents/classify-failure.ts";
import { choosesSandbox, findCodex } from "../agents/codex-binary.ts";
import { createCodexReader } from "../agents/codex-events.ts";
import { readJsonLines } from "../agents/json-lines.ts";
import { priced } from "../agents/priced.ts";
import { turnTemp } from "../agents/supervise-agent.ts";
import { createTurnLog } from "../agents/turn-log.ts";
import type { AgentQuestion, Answer, AskedAgent } from "./question.ts";
import { askedMissing, runAsked } from "./run-asked.ts";

/** Codex, reading the checkout only. It sends the schema on but checks no answer. */
export async function askCodex(question: AgentQuestion): Promise<Answer> {
  const { agent, cwd, env, prompt } = question;
  const binary = await findCodex(agent.bin, env);
  if ("problem" in binary) throw askedMissing(question, binary.problem);
  const folder = await mkdtemp(join(turnTemp(env), `baton-${question.role}-`));
  const files = { schema: join(folder, "schema.json"), answer: join(folder, "answer.txt") };
  const reader = createCodexReader(createTurnLog(() => undefined));
  const lines = readJsonLines(
    (record) => void reader.take(record),
    () => undefined,
  );
  try {
    await writeFile(files.schema, JSON.stringify(question.schema));
    const command = { file: binary.path, args: argumentsOf(agent, files), cwd, env };
    const result = await runAsked(question, { ...command, stdin: prompt, onStdout: (chunk) => lines.write(chunk) });
    lines.end();
    const usage = priced(reader.totals ?? noUsage, agent.price);
    const exit = {
      stderr: result.stderr.toString("utf8"),
      ...(result.outcome.kind === "exited" ? { code: result.outcome.code } : {}),
    };
    const outcome = reader.outcome(exit);
    if (result.outcome.kind === "timedOut") return { problem: "codex gave no answer in time", usage, again: false };
    if (outcome.kind === "failed") {
      const problem = `codex failed (${outcome.reason}): ${outcome.detail}`;
      return { problem, usage, again: false, ...limitedBy(outcome) };
    }
    return { answer: await readFile(files.answer, "utf8").catch(() => ""), usage };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function argumentsOf(agent: AskedAgent, files: { readonly schema: string; readonly answer: string }): string[] {
  return [
    "exec",
    "--json",
    "--ephemeral",
    "--skip-git-repo-check",
    ...(choosesSandbox(agent.args) ? [] : ["-s", "read-only"]),
    // Instructions to agents in the checkout could have been written by the worker.
    "-c",
    "project_doc_max_bytes=0",
    "--output-schema",
    files.schema,
    "-o",
    files.answer,
    ...(agent.model === undefined ? [] : ["-m", agent.model]),
    ...agent.args,
    "-",
  ];
}
