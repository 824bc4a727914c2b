import { keepStart } from "../../domain/bounded-text.ts";
import { bullets } from "../../domain/markdown.ts";
import { contractSection } from "../../domain/prompt-contract.ts";
import { findingText } from "../../domain/review.ts";
import { createFence, diffPart, verificationPart, type Fence } from "../asking/evidence.ts";
import { reviewJsonSchema } from "./review-schema.ts";
import type { EarlierReview, ReviewRequest } from "./review-request.ts";

const findingsBytes = 20_000;

/** The instructions of any reviewer. What the worker could have written is fenced by a word it cannot know. */
export function reviewPrompt({ reviewer, goal, turn, cwd, ...request }: ReviewRequest): string {
  const fence = createFence();
  return [
    `Review turn ${turn}: may the work below go on as it is?`,
    `You are the reviewer. You did not do the work and owe the one who did nothing. Read the diff, and what you need of the files around it: ${cwd} holds a clean checkout. Change nothing.
${fence.rule}
Look for what the checks cannot see: wrong or half-done behaviour, cases that were missed, checks and tests that were weakened or gamed, broken boundaries of the contract. A finding is blocking if the goal is not reached or something else is broken because of it; name what shows it. A matter of taste is a remark: \`blocking\` is false. Approve if nothing is blocking. Report nothing that was there before and is not part of the goal.`,
    reviewer.instructions === undefined ? "" : `## Instructions for the reviewer\n\n${reviewer.instructions}`,
    contractSection(goal),
    `## What the checks found\n\n${verificationPart(request.verification, fence)}`,
    `## The work: unified diff from the base commit\n\n${diffPart(request.diff, fence)}`,
    request.earlier === undefined ? "" : earlierPart(request.earlier, fence),
    `## Your answer\n\nOne JSON object and nothing else. The worker gets each finding as it stands, and nothing else from you. Its JSON Schema:\n\n${JSON.stringify(reviewJsonSchema)}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function earlierPart({ turn, findings, diff }: EarlierReview, fence: Fence): string {
  const lines = findings.map((finding) => {
    const kind = finding.blocking ? "blocking" : "remark";
    const since = finding.changed === undefined ? "" : finding.changed ? "; file changed since" : "; file not changed since";
    return `${findingText(finding)} (${kind}${since})`;
  });
  const found = lines.length === 0 ? "Nothing." : fence.around("FINDINGS", keepStart(bullets(lines), findingsBytes));
  return [
    `## What you found in turn ${turn}`,
    "See for each whether it is mended now. Repeat it if it is not; do not, if it was wrong.",
    found,
    `What changed since then, as unified diff:\n\n${diffPart(diff, fence)}`,
  ].join("\n\n");
}
