import type { Check, Goal } from "../../domain/goal.ts";
import type { Finding } from "../../domain/goal-review.ts";
import { duration } from "../../domain/quantities.ts";
import type { CheckResult } from "../../domain/verification.ts";
import { placeholderMark } from "../init/goal-template.ts";
import type { Trial } from "./report.ts";

/** Beyond this, waiting for checks dominates a thread's time. */
const slowMs = 10 * 60_000;

/** What a run on the base commit says about the goal's commands. */
export function trialFindings(goal: Goal, { setup, checks, mergeChecks = [] }: Trial): Finding[] {
  if (setup !== null && !setup.ok) {
    const text = `setup does not work in a clean checkout: ${setup.reason ?? "it failed"}${lastLine(setup.tail)}`;
    return [{ severity: "error", where: "setup", text, next: `Make this work from a fresh clone: ${setup.run}` }];
  }
  const each = checks.flatMap((result, index) => checkFindings(result, goal.verify[index], `verify.${index}`));
  // A fan-out's whole is often what has to stay green; its subagents have checks of their own.
  const measuredByTask = (goal.fanOut?.template.verify.length ?? 0) > 0;
  const ofMerges = mergeChecks.flatMap((result, index) => mergeFindings(goal, result, index));
  return [...each, ...(measuredByTask ? [] : unchangedFindings(checks)), ...slowFindings(checks), ...ofMerges];
}

/** A merged stack is compared with what is below it, so a check that fails there tells nothing. */
function mergeFindings({ fanOut }: Goal, result: CheckResult, index: number): Finding[] {
  const where = `fan_out.merge.verify.${index}`;
  const found = checkFindings(result, fanOut?.merge.verify[index], where);
  if (found.length > 0 || result.status === "passed") return found;
  const text = `${result.name} fails on the base commit, so no result is refused for it until one mends it`;
  const next = "Name checks there that pass already; the goal's own verify tells whether all is well in the end";
  return [{ severity: "warning", where, text, next }];
}

function checkFindings(result: CheckResult, check: Check | undefined, where: string): Finding[] {
  const finding = (severity: Finding["severity"], text: string, next: string) => [
    { severity, where, text: `${result.name} ${text}`, next },
  ];
  if (check?.run.includes(placeholderMark))
    return finding("error", "is still the placeholder", "Put in the command that proves the goal");
  if (result.status === "not run") {
    return finding(
      "error",
      `cannot run: ${result.reason ?? "it did not start"}${lastLine(result.tail)}`,
      "Mend the command, or install what it needs in setup",
    );
  }
  if (result.status === "timed out") {
    return finding(
      "warning",
      `${result.reason ?? "timed out"} on the base commit`,
      "Give it more timeout, unless it is what the goal shall mend",
    );
  }
  if (result.metric === undefined || result.metric.value !== null) return [];
  if (result.reason?.startsWith("no metric found")) {
    return finding(
      "error",
      `ended well, but ${result.reason}`,
      "Mend metric.match or metric.json, or let the command print the number",
    );
  }
  return finding("warning", "failed before it printed its metric", "Make sure that the metric appears once it works");
}

function unchangedFindings(checks: readonly CheckResult[]): Finding[] {
  if (checks.length === 0 || checks.some((check) => check.status !== "passed")) return [];
  const text = "every check passes already on the base commit, so none of them tells whether the goal is achieved";
  const next = "Add a check that fails now and passes when it is done";
  return [{ severity: "warning", where: "verify", text, next }];
}

function slowFindings(checks: readonly CheckResult[]): Finding[] {
  const totalMs = checks.reduce((sum, check) => sum + check.durationMs, 0);
  if (totalMs <= slowMs) return [];
  const text = `one verification takes ${duration(totalMs)}, after every turn`;
  return [{ severity: "warning", where: "verify", text, next: "Check less, or split slow checks off" }];
}

function lastLine(tail: string | undefined): string {
  const line = tail?.trimEnd().split("\n").at(-1)?.trim().slice(0, 200);
  return line === undefined || line === "" ? "" : ` (${line})`;
}
