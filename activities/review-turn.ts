import type { Review, ReviewState } from "../domain/review.ts";
import { reviewerName } from "../domain/summaries.ts";
import { boundedDiff } from "../git/diff.ts";
import { askAboutCommit } from "./about-commit.ts";
import type { HostContext } from "./host-context.ts";
import type { OpenThreads } from "./workspace/open-threads.ts";
import { review } from "./reviews/review.ts";
import type { EarlierReview } from "./reviews/review-request.ts";
import type { ReviewInput } from "./thread-activities.ts";

const earlierDiffBytes = 60_000;

/** Has the reviewer read the work that passed its checks. Never approved by default: a missing answer is `not reviewed`. */
export async function reviewTurn(host: HostContext, threads: OpenThreads, input: ReviewInput): Promise<Review> {
  const { goal, turn, verification, reviewer, commit } = input;
  const known = { goal, turn, reviewer, ...(verification === null ? {} : { verification }) };
  return askAboutCommit(
    { host, threads },
    { ...input, agent: reviewer },
    {
      before: (transcript) => transcript.write({ kind: "reviewing", reviewer: reviewerName(reviewer) }),
      ask: async (about, store) => {
        const earlier = input.earlier === null ? {} : { earlier: await sinceThen(input.earlier, { gitDir: store, commit }) };
        return review({ ...known, ...about, ...earlier });
      },
      after: (transcript, { outcome, findings, reason }) => transcript.write({ kind: "review", outcome, findings, reason }),
    },
  );
}

/** What became of the reviewer's earlier findings, as far as git can tell. */
async function sinceThen(
  { turn, findings, commit: base }: ReviewState,
  { gitDir, commit }: { readonly gitDir: string; readonly commit: string },
): Promise<EarlierReview> {
  const { text, files } = await boundedDiff({ gitDir, base, commit, totalBytes: earlierDiffBytes });
  const changed = new Set(files.map(({ path }) => path));
  const looked = findings.map((finding) =>
    finding.file === undefined ? finding : { ...finding, changed: changed.has(finding.file.replace(/^\.\//, "")) },
  );
  return { turn, findings: looked, diff: text };
}
