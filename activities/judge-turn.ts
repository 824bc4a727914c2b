import { describeJudge } from "../domain/view.ts";
import type { Verdict } from "../domain/verdict.ts";
import { askAboutCommit } from "./about-commit.ts";
import type { HostContext } from "./host-context.ts";
import { judge } from "./judges/judge.ts";
import type { OpenThreads } from "./workspace/open-threads.ts";
import type { JudgeInput } from "./thread-activities.ts";

/** Has the judge look at a commit that passed its checks. Never met by default: a missing answer is `not judged`. */
export async function judgeTurn(host: HostContext, threads: OpenThreads, input: JudgeInput): Promise<Verdict> {
  const { goal, turn, claim, verification, findings = [] } = input;
  const known = { goal, turn, claim, findings, ...(verification === null ? {} : { verification }) };
  return askAboutCommit(
    { host, threads },
    { ...input, agent: input.judge },
    {
      before: (transcript) => transcript.write({ kind: "judging", judge: describeJudge(input.judge) }),
      ask: (about) => judge({ ...known, ...about, judge: input.judge }),
      after: (transcript, { overall, criteria, reason }) => transcript.write({ kind: "verdict", overall, criteria, reason }),
    },
  );
}
