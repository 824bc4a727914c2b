import { firstChars } from "../../domain/bounded-text.ts";
import type { Goal } from "../../domain/goal.ts";
import type { CriterionStatus, CriterionVerdict, Verdict } from "../../domain/verdict.ts";
import { readShape } from "../asking/read-shape.ts";
import { verdictSchema, type RawVerdict } from "./verdict-schema.ts";

/** What the judge decided; what it cost is the caller's to add. */
export type Decision = Pick<Verdict, "overall" | "criteria" | "reason">;

const maxChars = 4000;

/** The criteria a judge has to answer: without any, the goal itself is the one. */
export function criteriaOf(goal: Goal): readonly string[] {
  return goal.done.length === 0 ? [goal.goal] : goal.done;
}

/**
 * A judge's answer, text or JSON, checked against the goal. Fails closed: whatever is not a complete answer is `invalid`,
 * and `met` is only what is met in every criterion, with evidence, and overall.
 */
export function readVerdict(answer: unknown, goal: Goal): Decision | { readonly invalid: string } {
  const read = readShape(answer, { schema: verdictSchema, who: "the judge", called: "the judge's answer" });
  if ("invalid" in read) return read;
  const criteria = match(read.value, criteriaOf(goal));
  if ("invalid" in criteria) return criteria;
  return { overall: overallOf(read.value, criteria), criteria, reason: firstChars(read.value.reason, maxChars) };
}

function match(raw: RawVerdict, wanted: readonly string[]): CriterionVerdict[] | { readonly invalid: string } {
  const answers = new Map<number, RawVerdict["criteria"][number]>();
  for (const answer of raw.criteria) {
    const number = numberOf(answer.criterion, wanted);
    if (number === undefined) return { invalid: `there is no criterion ${JSON.stringify(answer.criterion)}` };
    if (answers.has(number)) return { invalid: `criterion ${number} is answered twice` };
    if (answer.status === "met" && answer.evidence.trim() === "")
      return { invalid: `criterion ${number} is met without evidence` };
    answers.set(number, answer);
  }
  const open = wanted.findIndex((_, index) => !answers.has(index + 1));
  if (open >= 0) return { invalid: `criterion ${open + 1} is not answered` };
  return wanted.map((criterion, index) => {
    const { status, evidence } = answers.get(index + 1)!;
    return { criterion, status: spoken(status), evidence: firstChars(evidence, maxChars) };
  });
}

function numberOf(criterion: number | string, wanted: readonly string[]): number | undefined {
  const number = typeof criterion === "number" ? criterion : Number(/^\s*(?:criterion\s*)?(\d+)[.:)]?\s*$/i.exec(criterion)?.[1]);
  if (Number.isInteger(number)) return number >= 1 && number <= wanted.length ? number : undefined;
  const at = wanted.findIndex((text) => text.trim() === String(criterion).trim());
  return at < 0 ? undefined : at + 1;
}

function overallOf(raw: RawVerdict, criteria: readonly CriterionVerdict[]): CriterionStatus {
  if (raw.overall === "impossible") return "impossible";
  return raw.overall === "met" && criteria.every(({ status }) => status === "met") ? "met" : "not yet";
}

function spoken(status: RawVerdict["overall"]): CriterionStatus {
  return status === "not_yet" ? "not yet" : status;
}
