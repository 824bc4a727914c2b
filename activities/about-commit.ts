import { Context } from "@temporalio/activity";
import type { AnyAgent } from "../domain/agent-service.ts";
import type { RepositoryRef } from "../domain/repository.ts";
import { boundedDiff } from "../git/diff.ts";
import { workEnvironment } from "./agent-markers.ts";
import type { EnterAgent } from "./asking/ask-structured.ts";
import type { HostContext } from "./host-context.ts";
import type { OpenThreads } from "./workspace/open-threads.ts";
import { takeCheckout } from "./workspace/prepared-checkout.ts";
import { refuseHalfDone } from "./refuse-half-done.ts";
import { enterAgent } from "./agents/enter-agent.ts";
import type { Claim } from "./thread-activities.ts";
import { openTranscript, type TranscriptWriter } from "./transcript-writer.ts";

interface AskedCommit extends Claim {
  readonly repository: RepositoryRef;
  readonly turn: number;
  readonly commit: string;
  /** The one that is asked. */
  readonly agent: AnyAgent;
}

/** What an agent is given that is asked about a commit. */
export interface AboutCommit {
  /** Clean checkout of the commit. */
  readonly cwd: string;
  /** Unified diff from the base commit, bounded. */
  readonly diff: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly enter: EnterAgent;
}

interface Asking<T> {
  /** Says in the transcript who is asked. */
  before(transcript: TranscriptWriter): void;
  ask(about: AboutCommit, store: string): Promise<T>;
  after(transcript: TranscriptWriter, answer: T): void;
}

/** Has an agent answer about a commit that passed its checks, in a clean checkout. An answer that was cut short is none. */
export async function askAboutCommit<T>(
  { host, threads }: { readonly host: HostContext; readonly threads: OpenThreads },
  { agent, ...input }: AskedCommit,
  asking: Asking<T>,
): Promise<T> {
  const open = threads.get(input);
  const { thread, epoch, turn, commit } = input;
  const place = { thread, turn, attempt: 1, epoch };
  const transcript = openTranscript(host.hub, host.logger, place);
  const { store } = open.folder;
  try {
    asking.before(transcript);
    const [{ root }, diff] = await Promise.all([
      takeCheckout(host, open, commit),
      boundedDiff({ gitDir: store, base: input.repository.base, commit }),
    ]);
    const env = workEnvironment(host, { ...place, items: agent.use === "model" ? [] : agent.env });
    const signal = AbortSignal.any([Context.current().cancellationSignal, host.draining]);
    const enter = () => enterAgent(host, { thread, agent, transcript, signal });
    const answer = await asking.ask({ cwd: root, diff: diff.text, env, signal, enter }, store);
    refuseHalfDone(host);
    asking.after(transcript, answer);
    return answer;
  } finally {
    transcript.leave();
  }
}
