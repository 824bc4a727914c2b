import { cleanText } from "../../domain/clean-text.ts";
import { dollars, tokens } from "../../domain/quantities.ts";
import type { TranscriptEntry, TranscriptEvent } from "../../domain/transcript.ts";
import type { Paint, Tone } from "../output.ts";
import { renderFindings, renderOutcome } from "../render-review.ts";
import { oneLine, plural } from "../render-text.ts";
import { renderCheck } from "./render-check.ts";

type EventOf<K extends TranscriptEvent["kind"]> = Extract<TranscriptEvent, { kind: K }>;

/** The lines of a transcript entry, without a time; none for what is only of use to programs. */
export function renderEntry(entry: TranscriptEntry, paint: Paint): readonly string[] {
  const { event } = entry;
  switch (event.kind) {
    case "workspace":
      return [paint("dim", oneLine(event.text))];
    case "waiting":
      return [paint("dim", `waiting for ${event.for} · ${oneLine(event.reason)}`)];
    case "turn started":
      return [renderTurnStarted(entry, event, paint)];
    case "message":
      return renderMessage(event.text);
    case "tool":
      return renderTool(event, paint);
    case "retry":
      return [paint("warn", `  agent tries again: ${oneLine(event.detail)}`)];
    case "turn ended":
      return [renderTurnEnded(entry, event, paint)];
    case "check started":
      return [];
    case "check":
      return [renderCheck(event, paint)];
    case "reviewing":
      return [paint("dim", `reviewing · ${event.reviewer}`)];
    case "review":
      return renderReviewed(event, paint);
    case "judging":
      return [paint("dim", `judging · ${event.judge}`)];
    case "verdict":
      return renderVerdict(event, paint);
    case "tasks listed":
      return [renderTasks(event)];
    case "merge started":
      return [paint("dim", `merging the work of ${plural(event.tasks, "task")}`)];
    case "merge refused":
      return [`  ${paint("warn", event.why)} ${oneLine(event.task, 60)}: ${oneLine(event.text, 160)}`];
    case "merge ended":
      return [renderMergeEnded(event, paint)];
    case "delivered":
      return [
        `${paint("good", "delivered")} ${event.branch}${event.pushedTo === undefined ? "" : `, pushed to ${event.pushedTo}`}`,
      ];
  }
  // A newer hub may hold kinds that this command does not know.
  return [];
}

function renderTurnStarted(entry: TranscriptEntry, event: EventOf<"turn started">, paint: Paint): string {
  const attempt = entry.attempt > 1 ? ` · attempt ${entry.attempt}` : "";
  const wrapUp = event.wrapUp ? " · wrap-up" : "";
  return `${paint("strong", `turn ${entry.turn} started`)} · ${event.agent} (${event.session} session)${attempt}${wrapUp}`;
}

function renderTasks({ tasks, done, duplicates }: EventOf<"tasks listed">): string {
  const before = done === 0 ? [] : [`${done} done before`];
  const again = duplicates === 0 ? [] : [`${plural(duplicates, "duplicate")} left out`];
  return [plural(tasks, "task"), ...before, ...again].join(" · ");
}

const messageLines = 12;

function renderMessage(text: string): readonly string[] {
  const lines = cleanText(text)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
  const shown = lines.slice(0, messageLines).map((line) => `  | ${oneLine(line, 200)}`);
  return lines.length > messageLines ? [...shown, `  | … ${lines.length - messageLines} more lines`] : shown;
}

/** A tool that is done says nothing new: its start was already shown. */
function renderTool(event: EventOf<"tool">, paint: Paint): readonly string[] {
  const text = `  ${[event.name, oneLine(event.detail, 120)].filter((part) => part !== "").join("  ")}`;
  if (event.status === "done") return [];
  return [event.status === "failed" ? `${text} ${paint("bad", "failed")}` : paint("dim", text)];
}

function renderMergeEnded(event: EventOf<"merge ended">, paint: Paint): string {
  const facts = [
    `${event.merged} of ${event.tasks}`,
    plural(event.verifications, "verification"),
    ...(event.commit === null ? [] : [`checkpoint ${event.commit.slice(0, 10)}`]),
    ...(event.knownRed === undefined ? [] : [paint("warn", `fails as before: ${oneLine(event.knownRed.join(", "), 160)}`)]),
  ];
  return `${paint("strong", "merged")} ${facts.join(" · ")}`;
}

function renderTurnEnded(entry: TranscriptEntry, event: EventOf<"turn ended">, paint: Paint): string {
  const facts = [
    oneLine(event.outcome),
    `${plural(event.files, "file")} changed`,
    `${tokens(event.tokens)} tokens`,
    ...(event.usd === undefined ? [] : [dollars(event.usd)]),
    `checkpoint ${event.commit.slice(0, 10)}`,
  ];
  return `${paint("strong", `turn ${entry.turn} ended`)} · ${facts.join(" · ")}`;
}

function renderReviewed({ outcome, findings, reason }: EventOf<"review">, paint: Paint): readonly string[] {
  const why = reason === "" ? "" : ` · ${oneLine(reason)}`;
  return [`reviewer: ${renderOutcome(outcome, paint)}${why}`, ...renderFindings(findings, paint).map((line) => `  ${line}`)];
}

const verdictTones: Readonly<Record<string, Tone>> = { met: "good", "not yet": "warn", impossible: "bad", "not judged": "bad" };

function renderVerdict(event: EventOf<"verdict">, paint: Paint): readonly string[] {
  const reason = event.reason === "" ? "" : ` · ${oneLine(event.reason)}`;
  const criteria = event.criteria.map(
    ({ criterion, status, evidence }) =>
      `  ${paint(verdictTones[status] ?? "plain", status)} ${oneLine(criterion, 80)}${evidence === "" ? "" : paint("dim", ` (${oneLine(evidence, 120)})`)}`,
  );
  return [`judge: ${paint(verdictTones[event.overall] ?? "plain", event.overall)}${reason}`, ...criteria];
}
