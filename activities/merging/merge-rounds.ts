import { bisectMerges, type Probe } from "../../domain/fan-out/bisect-merges.ts";
import type { RefusedMerge } from "../../domain/fan-out/merge.ts";
import { mergeMessage } from "../../domain/fan-out/merge-message.ts";
import type { Verification } from "../../domain/verification.ts";
import type { Merger } from "../../git/merge-commits.ts";
import { redEvidence, redText } from "./red-evidence.ts";
import type { MergeCandidate } from "../thread-activities.ts";

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
  /** Names of checks that fail on `onto`, as far as is known. */
  readonly knownRed: readonly string[];
  /** Null when nothing is to be checked on it. */
  verify(stack: Stack): Promise<Verification | null>;
  onRefused(candidate: MergeCandidate, refused: RefusedMerge): void;
}

export interface MergedStack extends Stack {
  readonly refused: readonly RefusedMerge[];
  /** Names of checks that fail on it, as they did on what it is merged onto. */
  readonly knownRed: readonly string[];
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
 * after it. What is given is verified, and red only by checks that were so before.
 */
export async function mergeInRounds(rounds: MergeRounds): Promise<MergedStack> {
  const refused: RefusedMerge[] = [];
  const refuse = (candidate: MergeCandidate, why: RefusedMerge) => {
    refused.push(why);
    rounds.onRefused(candidate, why);
  };
  let good: Stack = { commit: rounds.onto, merged: [] };
  let known: readonly Probe[] = [];
  let { knownRed } = rounds;
  for (let rest = rounds.candidates; ;) {
    const { stacked, conflicts } = await build(rounds, good.commit, rest);
    const found = await findOffender(rounds, { good, stacked, known, knownRed });
    const { offender } = found;
    knownRed = found.knownRed;
    const until = offender === null ? rest.length : rest.indexOf(offender.candidate);
    // A conflict with what is dropped is none: those after it get another chance.
    for (const [candidate, why] of conflicts) if (rest.indexOf(candidate) < until) refuse(candidate, why);
    good = stackOf(good, offender === null ? stacked : stacked.slice(0, offender.at - 1));
    if (offender === null) return { ...good, refused, knownRed };
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

interface Search {
  readonly good: Stack;
  readonly stacked: readonly Stacked[];
  readonly known: readonly Probe[];
  readonly knownRed: readonly string[];
}

/** No offender: the stack is green, or empty. What fails without any of the merges is nobody's fault. */
async function findOffender(
  rounds: MergeRounds,
  { good, stacked, known, knownRed }: Search,
): Promise<{ readonly offender: Offender | null; readonly knownRed: readonly string[] }> {
  if (stacked.length === 0) return { offender: null, knownRed };
  const seen: { readonly prefix: number; readonly verification: Verification | null }[] = [];
  const newest = (at: number) => seen.findLast(({ prefix }) => prefix === at)?.verification;
  const red = new Set(knownRed);
  while (true) {
    const isRed = (each: Verification | null) => each?.failed.some((name) => !red.has(name)) === true;
    const probes = seen.map(({ prefix, verification }) => ({ prefix, red: isRed(verification) }));
    const step = bisectMerges(stacked.length, [...known, ...probes]);
    if (step.kind === "probe") {
      const { prefix } = step;
      seen.push({ prefix, verification: await rounds.verify(stackOf(good, stacked.slice(0, prefix))) });
      continue;
    }
    if (step.kind === "red before") {
      for (const name of newest(0)?.failed ?? []) red.add(name);
      continue;
    }
    const offender = step.kind === "green" ? null : offenderAt(stacked, step.at, withoutKnown(newest(step.at), red));
    const last = newest(offender === null ? stacked.length : offender.at - 1);
    return { offender, knownRed: [...red].filter((name) => last?.failed.includes(name) ?? true) };
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

function withoutKnown(verification: Verification | null | undefined, red: ReadonlySet<string>): Verification | undefined {
  if (!verification) return undefined;
  const { failed, checks } = verification;
  const isNew = (name: string) => !red.has(name);
  return { ...verification, failed: failed.filter(isNew), checks: checks.filter(({ name }) => isNew(name)) };
}

function stackOf(below: Stack, stacked: readonly Stacked[]): Stack {
  return {
    commit: stacked.at(-1)?.commit ?? below.commit,
    merged: [...below.merged, ...stacked.map(({ candidate }) => candidate)],
  };
}
