import { keepEnd, keepStart, oneLine } from "./bounded-text.ts";
import type { Goal } from "./goal.ts";
import { bullets, fenced } from "./markdown.ts";
import type { PromptInput } from "./prompt-input.ts";
import { duration, metricText, tokens } from "./quantities.ts";
import { findingText, type ReviewFinding } from "./review.ts";
import { subagentReference } from "./fan-out/subagent-requests.ts";
import type { TurnSummary } from "./thread-view.ts";
import type { Verdict } from "./verdict.ts";
import type { CheckResult, MetricResult, Verification } from "./verification.ts";

const tailsBytes = 10_000;
const tailBytes = 3_000;
const listed = 40;
const remembered = 20;
const findingBytes = 2_000;

/** What the agent did not know when its last turn ended; empty sections are left out by the caller. */
export function newsSections(input: PromptInput): string[] {
  return [
    steeringSection(input.steering),
    noticesSection(input.notices),
    subagentsSection(input),
    verificationSection(input),
    reviewSection(input.review),
    judgeSection(input.verdict),
    protectedSection(input),
    workSection(input),
  ];
}

function steeringSection(messages: readonly string[]): string {
  if (messages.length === 0) return "";
  return keepStart(`## A person tells you\n\n${messages.join("\n\n")}`, 7_000);
}

function noticesSection(notices: readonly string[]): string {
  return notices.length === 0 ? "" : keepStart(`## Take note\n\n${bullets(notices)}`, 3_000);
}

/** An agent that remembers knows of the older ones; one without memory is told of all. */
function subagentsSection({ subagents = [], session, turn }: PromptInput): string {
  const news = subagents.filter((each) => session === "new" || each.turn >= turn - 1);
  if (news.length === 0) return "";
  const lines = news.map(({ name, key, status, thread, commit, reason }) => {
    const work = commit === undefined ? "" : `; its work is commit ${commit}`;
    return `${name} (${subagentReference(key)}${thread === null ? "" : `, ${thread}`}): ${status}${reason === undefined ? "" : `, ${reason}`}${work}`;
  });
  const head =
    "## Your subagents\n\nThe tool result of the MCP server baton brings a commit here, so that git merge and git show find it.";
  return keepStart(`${head}\n\n${bullets(lines)}`, 5_000);
}

function verificationSection({ verification, best }: PromptInput): string {
  if (verification === null || verification.of === 0) return "";
  const { passed, of, commit } = verification;
  const heading = `## What the checks found\n\n${passed} of ${of} checks passed on commit ${commit.slice(0, 12)}.`;
  return [heading, bullets(verification.checks.map((check) => checkLine(check, best))), ...failureTails(verification)].join(
    "\n\n",
  );
}

function checkLine(check: CheckResult, best: PromptInput["best"]): string {
  const known = check.metric?.best ?? best[check.name];
  const metric = check.metric && (known === undefined ? check.metric : { ...check.metric, best: known });
  const notes = [check.reason ?? "", metric === undefined ? "" : metricNote(check, metric), duration(check.durationMs)];
  return `${check.name}: ${check.status} (${notes.filter((note) => note !== "").join("; ")})`;
}

/** The reason of a missed threshold names value and limit already. */
function metricNote({ reason }: CheckResult, metric: MetricResult): string {
  if (metric.value !== null && !reason?.startsWith(String(metric.value))) return metricText(metric);
  return metric.best === undefined ? "" : `best so far ${metric.best}`;
}

function failureTails({ checks }: Verification): string[] {
  const failing = checks.filter((check) => check.status !== "passed" && check.tail !== undefined);
  const room = Math.min(tailBytes, Math.floor(tailsBytes / Math.max(1, failing.length)));
  return failing.map((check) => `End of the output of ${check.name}:\n\n${fenced(keepEnd(check.tail ?? "", room))}`);
}

/** Repeated until the reviewer looks again: the turn that mends a finding may have broken a check. */
function reviewSection(review: PromptInput["review"]): string {
  if (review === undefined || review.outcome === "approved") return "";
  const line = (finding: ReviewFinding) => keepStart(findingText(finding), findingBytes);
  const [wanted, remarks] = [true, false].map((blocking) =>
    review.findings.filter((each) => each.blocking === blocking).map(line),
  );
  const head = `## What the reviewer found\n\nA reviewer read the work of turn ${review.turn}. Mend this; where a finding is wrong, say why instead:`;
  const more = remarks?.length ? `Remarks, yours to decide about:\n\n${bullets(remarks)}` : "";
  return keepStart([head, bullets(wanted ?? []), more].filter(Boolean).join("\n\n"), 8_000);
}

function judgeSection(verdict: Verdict | null): string {
  if (verdict === null || verdict.overall === "met") return "";
  const unmet = verdict.criteria.filter((criterion) => criterion.status !== "met");
  const met = verdict.criteria.length - unmet.length;
  const lines = unmet.map(({ criterion, status, evidence }) => `${criterion}: ${status}. ${evidence}`);
  const head = `## What the judge found\n\n${verdict.overall}. ${verdict.reason}`;
  return keepStart(
    [head, bullets(lines), met > 0 ? `Met: ${met} of ${verdict.criteria.length} criteria.` : ""].filter(Boolean).join("\n\n"),
    5_000,
  );
}

function protectedSection({ changes, goal }: PromptInput): string {
  if (changes === null) return "";
  const restored =
    changes.restored.length === 0
      ? ""
      : `You changed protected paths. Baton put them back; the checks ran without your changes:\n\n${bullets(sample(changes.restored))}`;
  const outside = changes.outOfScopeCount === 0 ? "" : outsideText(changes.outOfScope, changes.outOfScopeCount, goal.scope);
  const text = [restored, outside].filter((part) => part !== "").join("\n\n");
  return text === "" ? "" : keepStart(`## Paths you should not have changed\n\n${text}`, 3_000);
}

function outsideText(paths: readonly string[], count: number, scope: Goal["scope"]): string {
  const allowed = scope.allow.length === 0 ? "" : ` (allowed: ${scope.allow.join(", ")})`;
  const files = count === 1 ? "1 changed path is" : `${count} changed paths are`;
  return `${files} outside the scope${allowed}. Undo that, unless the goal cannot be reached otherwise; then say why:\n\n${bullets(sample(paths, count))}`;
}

function workSection({ commit, changes, files }: PromptInput): string {
  if (commit === null || changes === null) return "";
  const work =
    changes.files === 0
      ? "Nothing differs from the base commit so far."
      : `${changes.files} ${changes.files === 1 ? "file differs" : "files differ"} from the base commit so far (commit ${commit.slice(0, 12)}).`;
  const list = files === undefined || files.length === 0 ? "" : `\n\n${bullets(sample(files, changes.files))}`;
  return keepStart(`## The work so far\n\n${work}${list}`, 3_000);
}

function sample(paths: readonly string[], all = paths.length): string[] {
  const shown = paths.slice(0, listed);
  return all > shown.length ? [...shown, `… and ${all - shown.length} more`] : shown;
}

/** What an agent without memory has to know of the turns before. */
export function briefSection(input: PromptInput): string {
  if (input.session === "resumed" || input.history.length === 0) return "";
  const why = input.coldStart === null ? "" : ` (${input.coldStart})`;
  const left = input.history.length - remembered;
  const lines = [...(left > 0 ? [`… ${left} earlier turns`] : []), ...input.history.slice(-remembered).map(historyLine)];
  const head = `## The turns before\n\nYou start without the earlier conversation${why}. The files hold all work done so far.`;
  return keepStart(`${head}\n\n${bullets(lines)}`, 5_000);
}

function historyLine(turn: TurnSummary): string {
  const notes = [
    oneLine(turn.outcome, 160),
    `${turn.files} ${turn.files === 1 ? "file" : "files"} changed`,
    turn.of === undefined ? "" : `${turn.passed ?? 0} of ${turn.of} checks passed`,
    turn.review === undefined ? "" : `review: ${turn.review}`,
    turn.verdict === undefined ? "" : `judge: ${turn.verdict}`,
    `${tokens(turn.tokens)} tokens`,
  ];
  const attempt = turn.attempt > 1 ? `, attempt ${turn.attempt}` : "";
  return `turn ${turn.turn}${attempt}: ${notes.filter((note) => note !== "").join("; ")}`;
}
