import { noUsage } from "../../domain/usage.ts";
import { findExecutable } from "../agents/find-executable.ts";
import type { AgentQuestion, Answer } from "./question.ts";
import { askedMissing, askedProblem, runAsked } from "./run-asked.ts";

/** A command that reads the question as JSON and writes its answer as JSON. */
export async function askCommand(question: AgentQuestion): Promise<Answer> {
  const { agent, cwd, env, prompt, schema } = question;
  const found = await findExecutable(agent.bin ?? "", env);
  if ("problem" in found) throw askedMissing(question, found.problem);
  const input = { ...question.facts, prompt, schema };
  const command = { file: found.path, args: agent.args, cwd, env };
  const result = await runAsked(question, { ...command, stdin: `${JSON.stringify(input)}\n` });
  const problem = askedProblem(question, result);
  if (problem !== undefined) return { problem, usage: noUsage, again: false };
  const text = result.stdout.toString("utf8");
  if (text.trim() === "") return { problem: `the ${question.role} wrote nothing`, usage: noUsage, again: true };
  return { answer: text, usage: noUsage };
}
