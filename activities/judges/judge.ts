import type { Judge } from "../../domain/goal.ts";
import { noUsage, type Usage } from "../../domain/usage.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { askAgent } from "../asking/ask-agent.ts";
import { askStructured } from "../asking/ask-structured.ts";
import type { Answer } from "../asking/question.ts";
import type { JudgeRequest } from "./judge-request.ts";
import { judgePrompt } from "./judge-prompt.ts";
import { criteriaOf, readVerdict, type Decision } from "./read-verdict.ts";
import { verdictJsonSchema } from "./verdict-schema.ts";

/**
 * The judge's verdict on a commit. Fails closed: an answer that is invalid twice, or that never comes, is `not judged`
 * with the reason. Throws AgentUnavailable when this host lacks the judge's executable or key.
 */
export async function judge(request: JudgeRequest & { readonly judge: Judge }): Promise<Verdict> {
  const startedAt = performance.now();
  const { decision, usage, waitedMs } = await decide(request);
  return { ...decision, usage, activeMs: Math.round(performance.now() - startedAt - waitedMs) };
}

async function decide(
  request: JudgeRequest & { readonly judge: Judge },
): Promise<{ decision: Decision; usage: Usage; waitedMs: number }> {
  const { judge, goal, signal, enter } = request;
  if (judge.use === "none") return { decision: notJudged("the goal names no judge"), usage: noUsage, waitedMs: 0 };
  const answer = await askStructured<Decision>({
    prompt: judgePrompt(request),
    timeoutMs: judge.timeoutMs,
    signal,
    ...(enter === undefined ? {} : { enter }),
    ask: (question) => ask(judge, request, question),
    read: (answer) => readVerdict(answer, goal),
  });
  const { usage, waitedMs } = answer;
  if ("value" in answer) return { decision: answer.value, usage, waitedMs };
  return { decision: notJudged(signal.aborted ? "judging was interrupted" : answer.problem), usage, waitedMs };
}

async function ask(
  judge: Exclude<Judge, { use: "none" }>,
  request: JudgeRequest,
  question: { readonly prompt: string; readonly timeoutMs: number },
): Promise<Answer> {
  const { cwd, env, signal, turn, goal, diff, verification = null, claim, findings = [] } = request;
  if (judge.use === "model") {
    // Loaded when first needed: the vendors' SDKs take 15 MB.
    const { askModel } = await import("./ask-model.ts");
    return await askModel({ ...question, judge, env, signal });
  }
  const facts = { turn, goal, criteria: criteriaOf(goal), diff, verification, claim, findings };
  const shape = { schema: verdictJsonSchema, reads: false };
  return await askAgent({ ...question, ...shape, role: "judge", agent: judge, facts, cwd, env, signal });
}

function notJudged(reason: string): Decision {
  return { overall: "not judged", criteria: [], reason };
}
