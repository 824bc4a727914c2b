import { firstBytes } from "../domain/bounded-text.ts";
import type { MergeReport, RefusedMerge } from "../domain/fan-out/merge.ts";
import { mergeChecks } from "../domain/fan-out/merge-checks.ts";
import type { Changes, Checkpoint } from "../domain/turn.ts";
import type { Verification } from "../domain/verification.ts";
import { openMerger } from "../git/merge-commits.ts";
import { changesOf, recordMerged } from "../git/merged-snapshot.ts";
import { restoreWorkspace } from "../git/workspace.ts";
import { earlierMerge } from "./merging/earlier-merge.ts";
import { fetchWork } from "./merging/fetch-work.ts";
import type { HostContext } from "./host-context.ts";
import { mergeInRounds, type MergedStack, type Stack } from "./merging/merge-rounds.ts";
import type { OpenThread, OpenThreads } from "./workspace/open-threads.ts";
import { pushSnapshot } from "./workspace/push-snapshot.ts";
import { refuseHalfDone } from "./refuse-half-done.ts";
import type { MergeCandidate, MergeInput } from "./thread-activities.ts";
import { threadMarkers } from "./thread-markers.ts";
import { openTranscript, type TranscriptWriter } from "./transcript-writer.ts";
import { verifyCommit } from "./checks/verify-commit.ts";

/** Before the first turn of the thread itself. */
const turn = 0;
/** Bytes of all evidence in a report: it travels through the Workflow's history. */
const evidenceBytes = 96_000;

/**
 * Merges subagents' work onto the thread's stack and verifies it; what conflicts or turns the stack red is left out. The merge
 * has happened when its checkpoint is in the hub. Throws SetupFailed, StaleEpoch, Repository where git is too old.
 */
export async function mergeBatch(host: HostContext, threads: OpenThreads, input: MergeInput): Promise<MergeReport> {
  const open = threads.get(input);
  const earlier = await earlierMerge(host, open, input.merge);
  if (earlier !== null) return earlier;
  const { thread, epoch } = input;
  const transcript = openTranscript(host.hub, host.logger, { thread, turn, attempt: 1, epoch });
  try {
    transcript.write({ kind: "merge started", merge: input.merge, tasks: input.candidates.length });
    const report = await merge({ host, open, input, transcript });
    tellEnd(transcript, report, input.candidates.length);
    return report;
  } finally {
    transcript.leave();
  }
}

interface Merge {
  readonly host: HostContext;
  readonly open: OpenThread;
  readonly input: MergeInput;
  readonly transcript: TranscriptWriter;
}

async function merge(parts: Merge): Promise<MergeReport> {
  const { host, open, input, transcript } = parts;
  const startedAt = performance.now();
  const refuse = ({ name }: MergeCandidate, { why, text }: RefusedMerge) =>
    transcript.write({ kind: "merge refused", task: name, why, text });
  const { present, lost } = await fetchWork(host, { ...input, store: open.folder.store });
  const lostWork = lost.map((candidate) => {
    const why = loseWork(candidate);
    refuse(candidate, why);
    return why;
  });
  let verifications = 0;
  const stack = await stackUp(parts, {
    candidates: present,
    onRefused: refuse,
    verify: (stack) => verifyStack(parts, stack, () => (verifications += 1)),
  });
  const report = {
    merge: input.merge,
    changes: stack.merged.length === 0 ? null : await changesIn(parts, stack.commit),
    merged: stack.merged.map(({ key }) => key),
    refused: boundEvidence([...lostWork, ...stack.refused]),
    verifications,
    ...(stack.knownRed.length === 0 ? {} : { knownRed: stack.knownRed }),
    activeMs: Math.round(performance.now() - startedAt),
  };
  return { ...report, checkpoint: stack.merged.length === 0 ? null : await push(parts, stack, report) };
}

function changesIn({ open, input }: Merge, commit: string): Promise<Changes> {
  return changesOf({ store: open.folder.store, base: input.repository.base, commit, allow: input.scope.allow });
}

type Rounds = Pick<Parameters<typeof mergeInRounds>[0], "candidates" | "onRefused" | "verify">;

async function stackUp({ host, open, input }: Merge, rounds: Rounds): Promise<MergedStack> {
  const merger = await openMerger({
    store: open.folder.store,
    onto: input.onto,
    commits: rounds.candidates.map(({ commit }) => commit),
    markers: threadMarkers(host, input.thread),
  });
  try {
    return await mergeInRounds({
      ...rounds,
      onto: input.onto,
      knownRed: input.knownRed ?? [],
      merger: {
        merge: (request) => {
          refuseHalfDone(host);
          return merger.merge(request);
        },
      },
    });
  } finally {
    await merger.close();
  }
}

async function verifyStack(
  { host, open, input, transcript }: Merge,
  stack: Stack,
  count: () => void,
): Promise<Verification | null> {
  const own = stack.merged.map(({ key, name }) => ({ name, checks: input.checksOf[key] ?? [] }));
  const checks = mergeChecks(input.checks, own);
  if (checks.length === 0) return null;
  count();
  const { thread, epoch, env, setup, setupCache } = input;
  const prepared = { ...(setup === undefined ? {} : { setup }), ...(setupCache === undefined ? {} : { setupCache }) };
  const request = { thread, epoch, turn, env, commit: stack.commit, checks, best: {}, ...prepared };
  return verifyCommit(host, open, { input: request, transcript });
}

async function push(parts: Merge, stack: MergedStack, report: Omit<MergeReport, "checkpoint">): Promise<Checkpoint> {
  const { host, open, input } = parts;
  const checkpoint = await recordMerged({
    store: open.folder.store,
    thread: input.thread,
    commit: stack.commit,
    merge: input.merge,
    parent: open.snapshot,
    ledger: JSON.stringify({ merge: report }),
  });
  const others = [input.onto, ...stack.merged.map(({ commit }) => commit)];
  await pushSnapshot(host, open, { checkpoint, turn, partial: false, others });
  await restoreWorkspace({ workspace: open.workspace, commit: checkpoint.commit });
  return checkpoint;
}

function loseWork({ key, thread, commit }: MergeCandidate): RefusedMerge {
  const text = `the hub does not have commit ${commit.slice(0, 10)} of ${thread}`;
  return { key, why: "lost", text, evidence: "" };
}

function boundEvidence(refused: readonly RefusedMerge[]): RefusedMerge[] {
  const each = Math.floor(evidenceBytes / Math.max(1, refused.length));
  return refused.map((why) => ({ ...why, evidence: firstBytes(why.evidence, each) }));
}

function tellEnd(transcript: TranscriptWriter, report: MergeReport, tasks: number): void {
  const { merge, merged, verifications, checkpoint, knownRed } = report;
  transcript.write({
    kind: "merge ended",
    merge,
    merged: merged.length,
    tasks,
    verifications,
    commit: checkpoint?.commit ?? null,
    ...(knownRed === undefined ? {} : { knownRed }),
  });
}
