import { Context } from "@temporalio/activity";
import { describeJudge } from "../domain/view.ts";
import type { Verdict } from "../domain/verdict.ts";
import { boundedDiff } from "../git/diff.ts";
import { workEnvironment } from "./agent-markers.ts";
import type { HostContext } from "./host-context.ts";
import { takeCheckout } from "./prepared-checkout.ts";
import { refuseHalfDone } from "./refuse-half-done.ts";
import { judge } from "./judges/judge.ts";
import type { OpenThreads } from "./open-threads.ts";
import type { JudgeInput } from "./thread-activities.ts";
import { openTranscript } from "./transcript-writer.ts";

/** Has the judge look at a commit that passed its checks. Never met by default: a missing answer is `not judged`. */
export async function judgeTurn(host: HostContext, threads: OpenThreads, input: JudgeInput): Promise<Verdict> {
  const open = threads.get(input);
  const { thread, epoch, turn, commit, goal } = input;
  const transcript = openTranscript(host.hub, host.logger, { thread, turn, attempt: 1, epoch });
  try {
    transcript.write({ kind: "judging", judge: describeJudge(input.judge) });
    const [{ root }, diff] = await Promise.all([
      takeCheckout(host, open, commit),
      boundedDiff({ gitDir: open.folder.store, base: input.repository.base, commit }),
    ]);
    const items = input.judge.use === "model" ? [] : input.judge.env;
    const verdict = await judge({
      judge: input.judge,
      goal,
      turn,
      diff: diff.text,
      claim: input.claim,
      cwd: root,
      env: workEnvironment(host, { thread, epoch, turn, attempt: 1, items }),
      signal: AbortSignal.any([Context.current().cancellationSignal, host.draining]),
      ...(input.verification === null ? {} : { verification: input.verification }),
    });
    refuseHalfDone(host);
    const { overall, criteria, reason } = verdict;
    transcript.write({ kind: "verdict", overall, criteria, reason });
    return verdict;
  } finally {
    transcript.leave();
  }
}
