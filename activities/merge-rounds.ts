import { bisectMerges, type Probe } from "../domain/fan-out/bisect-merges.ts";
import { BatonFailure } from "../domain/failure.ts";
import type { RefusedMerge } from "../domain/fan-out/merge.ts";
import { mergeMessage } from "../domain/fan-out/merge-message.ts";
import type { Verification } from "../domain/verification.ts";
import type { Merger } from "../git/merge-commits.ts";
import { redEvidence, redText } from "./red-evidence.ts";
import type { MergeCandidate } from "./thread-activities.ts";

export interface Stack {
  readonly commit: string;
  /** What is merged in it, in this order. */
  readonly merged: readonly MergeCandidate[];
}

export interface MergeRounds {
  readonly merger: Pick<Merger, "merge">;
  readonly onto: string;
  /** In the order in which they are merged. */
  readonly candidates: readonly MergeCandidate[];
  /** Null when nothing is to be checked on it. */
  verify(stack: Stack): Promise<Verification | null>;
  onRefused(candidate: MergeCandidate, refused: RefusedMerge): void;
}

export interface MergedStack extends Stack {
  readonly refused: readonly RefusedMerge[];
}

interface Stacked {
  readonly candidate: MergeCandidate;
  /** The stack with it. */
  readonly commit: string;
}

interface BuiltStack {
  readonly stacked: readonly Stacked[];
  readonly conflicts: ReadonlyMap<MergeCandidate, RefusedMerge>;
}

/**
 * Merges the candidates and verifies the stack once; while that is red, drops the merge that made it so and goes on with those
 * after it. What is given is verified. Throws RedStack when `onto` itself is red.
 */
export async function mergeInRounds(rounds: MergeRounds): Promise<MergedStack> {
  const refused: RefusedMerge[] = [];
  const refuse = (candidate: MergeCandidate, why: RefusedMerge) => {
    refused.push(why);
    rounds.onRefused(candidate, why);
  };
  let good: Stack = { commit: rounds.onto, merged: [] };
  let known: readonly Probe[] = [];
  for (let rest = rounds.candidates; ;) {
    const { stacked, conflicts } = await build(rounds, good.commit, rest);
    const offender = await findOffender(rounds, { good, stacked, known });
    const until = offender === null ? rest.length : rest.indexOf(offender.candidate);
    // A conflict with what is dropped is none: those after it get another chance.
    for (const [candidate, why] of conflicts) if (rest.indexOf(candidate) < until) refuse(candidate, why);
    good = stackOf(good, offender === null ? stacked : stacked.slice(0, offender.at - 1));
    if (offender === null) return { ...good, refused };
    refuse(offender.candidate, offender.why);
    rest = rest.slice(until + 1);
    known = [{ prefix: 0, red: false }];
  }
}

async function build({ merger }: MergeRounds, onto: string, candidates: readonly MergeCandidate[]): Promise<BuiltStack> {
  const stacked: Stacked[] = [];
  const conflicts = new Map<MergeCandidate, RefusedMerge>();
  let stack = onto;
  for (const candidate of candidates) {
    const { key, commit } = candidate;
    const result = await merger.merge({ stack, commit, message: mergeMessage(candidate) });
    if (result.kind === "conflict") {
      conflicts.set(candidate, { key, why: "conflict", text: result.text, evidence: result.evidence });
      continue;
    }
    if (result.kind === "merged") stack = result.commit;
    stacked.push({ candidate, commit: stack });
  }
  return { stacked, conflicts };
}

interface Offender {
  readonly candidate: MergeCandidate;
  /** Its place in the stack, from 1. */
  readonly at: number;
  readonly why: RefusedMerge;
}

/** Null when the stack is green, or empty. */
async function findOffender(
  rounds: MergeRounds,
  { good, stacked, known }: { good: Stack; stacked: readonly Stacked[]; known: readonly Probe[] },
): Promise<Offender | null> {
  if (stacked.length === 0) return null;
  const probes = [...known];
  const red = new Map<number, Verification>();
  while (true) {
    const step = bisectMerges(stacked.length, probes);
    if (step.kind === "green") return null;
    if (step.kind === "red before") throw redBefore(red.get(0));
    if (step.kind === "offender") return offenderAt(stacked, step.at, red.get(step.at));
    const { prefix } = step;
    const verification = await rounds.verify(stackOf(good, stacked.slice(0, prefix)));
    const failed = verification !== null && verification.failed.length > 0;
    if (failed) red.set(prefix, verification);
    probes.push({ prefix, red: failed });
  }
}

function offenderAt(stacked: readonly Stacked[], at: number, verification: Verification | undefined): Offender | null {
  const found = stacked[at - 1];
  if (found === undefined || verification === undefined) return null;
  const { candidate } = found;
  const why: RefusedMerge = {
    key: candidate.key,
    why: "red",
    text: redText(verification),
    evidence: redEvidence(verification),
  };
  return { candidate, at, why };
}

function stackOf(below: Stack, stacked: readonly Stacked[]): Stack {
  return {
    commit: stacked.at(-1)?.commit ?? below.commit,
    merged: [...below.merged, ...stacked.map(({ candidate }) => candidate)],
  };
}

function redBefore(verification: Verification | undefined): BatonFailure {
  const what = verification === undefined ? "" : `: ${redText(verification)}\n${redEvidence(verification)}`;
  return new BatonFailure("RedStack", `The checks fail before any of these tasks is merged${what}`, {
    next: "mend what fails, or the checks that every merged stack has to pass",
  });
}
