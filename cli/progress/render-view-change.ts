import { countsText, type TaskCounts } from "../../domain/fan-out/task-counts.ts";
import { settledStatuses, type ThreadView } from "../../domain/thread-view.ts";
import type { Paint } from "../output.ts";
import { oneLine } from "../render-text.ts";
import { renderQuestion } from "./render-question.ts";

export type Watched = Pick<ThreadView, "id" | "status" | "doing" | "reason" | "questions" | "budget" | "spent" | "subagents">;

/** What a person should hear between two looks at a thread and the transcript does not tell: questions, pauses, waits. */
export function renderViewChange(before: Watched | undefined, now: Watched, paint: Paint): readonly string[] {
  const asked = now.questions.filter(({ id }) => !before?.questions.some((known) => known.id === id));
  const answered = (before?.questions ?? []).filter(({ id }) => !now.questions.some((open) => open.id === id));
  return [
    ...answered.map(({ id }) => `question ${id} is closed`),
    ...asked.flatMap((question) => renderQuestion(now, question, paint)),
    ...subagentLines(before?.subagents, now.subagents),
    ...statusLines(before, now, paint),
  ];
}

/** Some ten lines, however many tasks there are; failures at once. */
function subagentLines(before: TaskCounts | undefined, now: TaskCounts | undefined): readonly string[] {
  if (now === undefined || tenthsOver(now) === 0) return [];
  const isNews = tenthsOver(now) !== tenthsOver(before) || now.failed > (before?.failed ?? 0);
  return isNews ? [`subagents: ${countsText(now)}`] : [];
}

/** How many tenths of the tasks need no subagent for now. */
function tenthsOver(counts: TaskCounts | undefined): number {
  if (counts === undefined) return 0;
  const { pending, running, ...over } = counts;
  const done = Object.values(over).reduce((sum, count) => sum + count, 0);
  return done === 0 ? 0 : Math.floor((10 * done) / (done + pending + running));
}

function statusLines(before: Watched | undefined, now: Watched, paint: Paint): readonly string[] {
  if (settledStatuses.includes(now.status)) return [];
  const sameStatus = before?.status === now.status;
  if (sameStatus && before.doing === now.doing) return [];
  if (now.status === "running") {
    if (isWait(now.doing)) return [paint("warn", described(now))];
    return before !== undefined && !sameStatus ? [`${now.id} goes on · ${oneLine(now.doing)}`] : [];
  }
  // A question says more than `waiting for an answer`.
  if (now.status === "waiting" && now.questions.length > 0) return [];
  return sameStatus && !isWait(now.doing)
    ? []
    : [paint("warn", [now.status, described(now)].filter((part) => part !== "").join(" · "))];
}

function described({ status, doing, reason }: Watched): string {
  return [doing, reason]
    .filter((part) => part !== "" && part !== status)
    .map((part) => oneLine(part))
    .join(" · ");
}

function isWait(doing: string): boolean {
  return /^(?:wait|back)/i.test(doing);
}
