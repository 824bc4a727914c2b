import type { Judge } from "../../domain/goal.ts";
import { addUsage, noUsage, type Usage } from "../../domain/usage.ts";
import type { Verdict } from "../../domain/verdict.ts";
import type { JudgeRequest } from "../judge-request.ts";
import { askClaude } from "./ask-claude.ts";
import { askCodex } from "./ask-codex.ts";
import { askCommand } from "./ask-command.ts";
import { judgePrompt, secondPrompt } from "./judge-prompt.ts";
import type { AgentJudge, JudgeAnswer, JudgeQuestion } from "./judge-question.ts";
import { readVerdict, type Decision } from "./read-verdict.ts";

const attempts = 2;

/**
 * The judge's verdict on a commit. Fails closed: an answer that is invalid twice, or that never comes, is `not judged`
 * with the reason. Throws AgentUnavailable when this host lacks the judge's executable or key.
 */
export async function judge(request: JudgeRequest & { readonly judge: Judge }): Promise<Verdict> {
  const startedAt = performance.now();
  const { decision, usage } = await decide(request, startedAt);
  return { ...decision, usage, activeMs: Math.round(performance.now() - startedAt) };
}

async function decide(
  request: JudgeRequest & { readonly judge: Judge },
  startedAt: number,
): Promise<{ decision: Decision; usage: Usage }> {
  const { judge } = request;
  if (judge.use === "none") return { decision: notJudged("the goal names no judge"), usage: noUsage };
  const prompt = judgePrompt(request);
  let usage = noUsage;
  let problem = "";
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const timeoutMs = judge.timeoutMs - (performance.now() - startedAt);
    if (timeoutMs <= 0 || request.signal.aborted) break;
    const question = { request, prompt: attempt === 1 ? prompt : secondPrompt(prompt, problem), timeoutMs };
    const answer = await ask(judge, question);
    usage = addUsage(usage, answer.usage);
    const decision = "problem" in answer ? { invalid: answer.problem } : readVerdict(answer.answer, request.goal);
    if (!("invalid" in decision)) return { decision, usage };
    problem = decision.invalid;
    if ("problem" in answer && !answer.again) break;
  }
  return { decision: notJudged(request.signal.aborted ? "judging was interrupted" : problem), usage };
}

async function ask(judge: Exclude<Judge, { use: "none" }>, question: Omit<JudgeQuestion, "judge">): Promise<JudgeAnswer> {
  if (judge.use === "model") {
    // Loaded when first needed: the vendors' SDKs take 15 MB.
    const { askModel } = await import("./ask-model.ts");
    return await askModel({ ...question, judge });
  }
  const kinds: Readonly<Record<AgentJudge["use"], (question: JudgeQuestion<AgentJudge>) => Promise<JudgeAnswer>>> = {
    claude: askClaude,
    codex: askCodex,
    command: askCommand,
  };
  return await kinds[judge.use]({ ...question, judge });
}

function notJudged(reason: string): Decision {
  return { overall: "not judged", criteria: [], reason };
}
