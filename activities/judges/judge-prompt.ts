import { keepEnd, keepStart } from "../../domain/bounded-text.ts";
import { bullets } from "../../domain/markdown.ts";
import { contractSection } from "../../domain/prompt-contract.ts";
import { findingText } from "../../domain/review.ts";
import { createFence, diffPart, verificationPart, type Fence } from "../asking/evidence.ts";
import type { JudgeRequest } from "./judge-request.ts";
import { criteriaOf } from "./read-verdict.ts";
import { verdictJsonSchema } from "./verdict-schema.ts";

const claimBytes = 4000;
const findingsBytes = 8000;

/** The instructions of any judge. What the worker could have written is fenced by a word it cannot know. */
export function judgePrompt(request: JudgeRequest): string {
  const fence = createFence();
  const { goal, turn, claim } = request;
  return [
    `Judge turn ${turn}: has the goal below been reached?`,
    `You are an independent judge. You did not do the work and owe the one who did nothing. Decide about each criterion on evidence: the diff, the results of the checks that ran in a clean checkout, and the files of that checkout if you can read them. Change nothing.
${fence.rule}
A criterion is "met" only if the evidence shows it; name that evidence (file and line, check, quoted output). If you cannot tell, it is "not_yet". It is "impossible" only if no work within the contract can ever meet it. A change that breaks a boundary of the contract, weakens a test or fakes a result is "not_yet".`,
    contractSection(goal),
    `## The criteria\n\n${criteriaOf(goal)
      .map((text, index) => `Criterion ${index + 1}: ${text}`)
      .join("\n")}`,
    `## What the checks found\n\n${verificationPart(request.verification, fence)}`,
    `## The work: unified diff from the base commit\n\n${diffPart(request.diff, fence)}`,
    findingsPart(request, fence),
    `## What the worker says about its work: a claim that nobody verified\n\n${claim.trim() === "" ? "Nothing." : fence.around("CLAIM", keepEnd(claim, claimBytes))}`,
    `## Your answer\n\nOne JSON object and nothing else, with one entry in \`criteria\` for every criterion above, by its number. \`overall\` is "met" only if every criterion is met. Its JSON Schema:\n\n${JSON.stringify(verdictJsonSchema)}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function findingsPart({ findings = [] }: JudgeRequest, fence: Fence): string {
  if (findings.length === 0) return "";
  const text = fence.around("FINDINGS", keepStart(bullets(findings.map(findingText)), findingsBytes));
  return `## What a reviewer of the diff still objects to\n\nDecide yourself whether it is so, and what it means for each criterion.\n\n${text}`;
}
