import { findingText, type Review, type ReviewFinding, type ReviewView } from "../domain/review.ts";
import type { Paint, Tone } from "./output.ts";
import { oneLine } from "./render-text.ts";

const tones: Readonly<Record<Review["outcome"], Tone>> = { approved: "good", objected: "warn", "not reviewed": "bad" };

export function renderOutcome(outcome: Review["outcome"], paint: Paint): string {
  return paint(tones[outcome] ?? "plain", outcome);
}

export function renderFindings(findings: readonly ReviewFinding[], paint: Paint): readonly string[] {
  return findings.map((finding) => {
    const kind = finding.blocking ? paint("warn", "blocking") : paint("dim", "remark");
    return `${kind} ${oneLine(findingText(finding), 300)}`;
  });
}

/** What the reviewer thinks of the newest work it saw; nothing before the first review. */
export function renderReview(review: ReviewView | undefined, paint: Paint): readonly string[] {
  if (review === undefined || review.outcome === "not reviewed") return [];
  const { reviewer, round, rounds, outcome, findings } = review;
  const rest = `${reviewer}, findings went back ${round} of ${rounds} times`;
  return [`review: ${renderOutcome(outcome, paint)} · ${rest}`, ...renderFindings(findings, paint).map((line) => `  ${line}`)];
}
