import { shownPath } from "../../config/goal-file/shown-path.ts";
import type { CostGuess } from "../../domain/cost-guess.ts";
import type { Finding } from "../../domain/goal-review.ts";
import { dollars, duration, tokens } from "../../domain/quantities.ts";
import type { Paint, Tone } from "../output.ts";
import { renderCheck } from "../progress/render-check.ts";
import { oneLine, plural } from "../render-text.ts";
import type { FanOutSummary, PreflightReport, Trial } from "./report.ts";

/** The preflight for people: what was tried, what is wrong, what to ask, what it may cost. */
export function renderReport(report: PreflightReport, paint: Paint): string[] {
  const of = (severity: Finding["severity"]) => report.findings.filter((finding) => finding.severity === severity);
  const sections = [
    [paint("strong", oneLine(report.goal)), ...baseLines(report), ...fanOutLines(report.fanOut)],
    trialLines(report.trial, paint),
    findingLines("errors", of("error"), { paint, tone: "bad" }),
    findingLines("warnings", of("warning"), { paint, tone: "warn" }),
    findingLines("I would ask a colleague", of("question"), { paint, tone: "strong" }),
    costLines(report.cost),
    [ending(report, paint)],
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
}

function baseLines({ repository, agents }: PreflightReport): string[] {
  const width = Math.max(6, ...agents.map(({ role }) => role.length)) + 1;
  const named = agents.map(
    ({ role, agent, version }) => `  ${role.padEnd(width)}${agent}${version === undefined ? "" : ` ${version}`}`,
  );
  return repository === null
    ? named
    : [`  ${"base".padEnd(width)}${repository.commit.slice(0, 10)} in ${repository.root}`, ...named];
}

const sourceNames = {
  list: "of the goal file",
  command: "that a command prints",
  files: "one for each file",
  planner: "that the planner names",
} as const;

function fanOutLines(fanOut: FanOutSummary | undefined): string[] {
  if (fanOut === undefined) return [];
  const { tasks, source, parallel, racers, duplicates } = fanOut;
  const facts = [
    `${tasks === null ? "tasks" : plural(tasks, "task")} ${sourceNames[source]}`,
    `${parallel} at once`,
    ...(racers > 0 ? [`${racers} agents race for each`] : []),
    ...(duplicates > 0 ? [`${duplicates} more of the same left out`] : []),
  ];
  return [`  fan-out: ${facts.join(", ")}`];
}

function trialLines(trial: Trial | null, paint: Paint): string[] {
  if (trial === null) return ["Commands were not run."];
  const { setup, checks, mergeChecks = [] } = trial;
  const lines =
    setup === null
      ? []
      : [`  ${paint(setup.ok ? "good" : "bad", setup.ok ? "ok" : "failed")} setup (${duration(setup.durationMs)})`];
  const shown = (results: Trial["checks"]) => results.map((check) => `  ${renderCheck(check, paint)}`);
  const ofMerges = mergeChecks.length === 0 ? [] : ["The checks of merged results:", ...shown(mergeChecks)];
  return ["In a clean checkout of the base commit:", ...lines, ...shown(checks), ...ofMerges];
}

function findingLines(
  title: string,
  findings: readonly Finding[],
  style: { readonly paint: Paint; readonly tone: Tone },
): string[] {
  if (findings.length === 0) return [];
  const lines = findings.flatMap(({ where, text, next }) => [
    `  ${where}: ${oneLine(text, 300)}`,
    `    ${style.paint("dim", `next: ${next}`)}`,
  ]);
  return [style.paint(style.tone, `${title}:`), ...lines];
}

function costLines(cost: CostGuess): string[] {
  const usd = cost.usd === null ? "no price known" : `about ${dollars(cost.usd)}`;
  const until = cost.limitedBy === null ? "" : `, where budget.${cost.limitedBy} ends it`;
  return [
    `At most: ${plural(cost.turns, "turn")}${until}, about ${tokens(cost.tokens)} tokens, ${usd}, ${duration(cost.timeMs)}.`,
    `  ${cost.assumption}`,
  ];
}

function ending({ ok, findings, path }: PreflightReport, paint: Paint): string {
  const errors = findings.filter((finding) => finding.severity === "error").length;
  return ok
    ? `${paint("good", "ready")} · next: baton run ${oneLine(shownPath(path))}`
    : `${paint("bad", "not ready")} · ${plural(errors, "error")} to mend`;
}
