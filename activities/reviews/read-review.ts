import type { z } from "zod";
import { cleanText } from "../../domain/clean-text.ts";
import { firstChars, oneLine } from "../../domain/bounded-text.ts";
import type { Review, ReviewFinding } from "../../domain/review.ts";
import { readShape } from "../asking/read-shape.ts";
import { reviewSchema } from "./review-schema.ts";

/** What the reviewer decided; what it cost is the caller's to add. */
export type ReviewDecision = Pick<Review, "outcome" | "findings" | "reason">;

/** They are part of the thread's state, which stays small. */
const kept = 20;
const textChars = 1500;

/**
 * A reviewer's answer, text or JSON. Fails closed: it approved only if it says so and nothing it found is blocking. Without
 * approval every finding blocks when none is marked, and an answer without findings is `invalid`.
 */
export function readReview(answer: unknown): ReviewDecision | { readonly invalid: string } {
  const read = readShape(answer, { schema: reviewSchema, who: "the reviewer", called: "the reviewer's answer" });
  if ("invalid" in read) return read;
  const { approve } = read.value;
  const findings = read.value.findings.map(bounded);
  const blocks = findings.some(({ blocking }) => blocking);
  if (approve && !blocks) return { outcome: "approved", findings: findings.slice(0, kept), reason: "" };
  if (findings.length === 0) return { invalid: "the reviewer does not approve, but found nothing" };
  const all = blocks ? findings : findings.map((finding) => ({ ...finding, blocking: true }));
  // What blocks is never what is left out.
  const sorted = [...all.filter(({ blocking }) => blocking), ...all.filter(({ blocking }) => !blocking)];
  return { outcome: "objected", findings: sorted.slice(0, kept), reason: "" };
}

function bounded({ text, file, line, blocking }: z.infer<typeof reviewSchema>["findings"][number]): ReviewFinding {
  const path = oneLine(cleanText(file ?? ""), 300);
  return {
    text: firstChars(cleanText(text), textChars),
    ...(path === "" ? {} : { file: path }),
    ...(path === "" || line === undefined || line === 0 ? {} : { line }),
    blocking,
  };
}
