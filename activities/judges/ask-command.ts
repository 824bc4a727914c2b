import { noUsage } from "../../domain/usage.ts";
import { findExecutable } from "../agents/find-executable.ts";
import type { AgentJudge, JudgeAnswer, JudgeQuestion } from "./judge-question.ts";
import { criteriaOf } from "./read-verdict.ts";
import { judgeMissing, judgeProblem, runJudge } from "./run-judge.ts";
import { verdictJsonSchema } from "./verdict-schema.ts";

/** A command that reads the case as JSON and writes its verdict as JSON. */
export async function askCommand(question: JudgeQuestion<AgentJudge>): Promise<JudgeAnswer> {
  const { request, judge, prompt } = question;
  const found = await findExecutable(judge.bin ?? "", request.env);
  if ("problem" in found) throw judgeMissing("command", found.problem);
  const input = {
    turn: request.turn,
    goal: request.goal,
    criteria: criteriaOf(request.goal),
    diff: request.diff,
    verification: request.verification ?? null,
    claim: request.claim,
    prompt,
    schema: verdictJsonSchema,
  };
  const command = { file: found.path, args: judge.args, cwd: request.cwd, env: request.env };
  const result = await runJudge(question, { ...command, stdin: `${JSON.stringify(input)}\n` });
  const problem = judgeProblem(result);
  if (problem !== undefined) return { problem, usage: noUsage, again: false };
  const text = result.stdout.toString("utf8");
  if (text.trim() === "") return { problem: "the judge wrote nothing", usage: noUsage, again: true };
  return { answer: text, usage: noUsage };
}
