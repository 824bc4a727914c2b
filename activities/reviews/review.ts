import type { Review } from "../../domain/review.ts";
import { askAgent } from "../asking/ask-agent.ts";
import { askStructured } from "../asking/ask-structured.ts";
import { readReview, type ReviewDecision } from "./read-review.ts";
import { reviewPrompt } from "./review-prompt.ts";
import type { ReviewRequest } from "./review-request.ts";
import { reviewJsonSchema } from "./review-schema.ts";

/**
 * The reviewer's findings about a commit. Fails closed: an answer that is invalid twice, or that never comes, is
 * `not reviewed` with the reason. Throws AgentUnavailable when this host lacks the reviewer's executable.
 */
export async function review(request: ReviewRequest): Promise<Review> {
  const startedAt = performance.now();
  const { reviewer, cwd, env, signal, turn, goal, diff, verification = null, earlier = null, enter } = request;
  const facts = { turn, goal, diff, verification, earlier };
  const about = { role: "reviewer", agent: reviewer, schema: reviewJsonSchema, facts, cwd, reads: true, env, signal };
  const answer = await askStructured<ReviewDecision>({
    prompt: reviewPrompt(request),
    timeoutMs: reviewer.timeoutMs,
    signal,
    ...(enter === undefined ? {} : { enter }),
    ask: (question) => askAgent({ ...about, ...question }),
    read: readReview,
  });
  const decision = "value" in answer ? answer.value : notReviewed(answer.problem);
  return { ...decision, usage: answer.usage, activeMs: Math.round(performance.now() - startedAt - answer.waitedMs) };
}

function notReviewed(reason: string): ReviewDecision {
  return { outcome: "not reviewed", findings: [], reason };
}
