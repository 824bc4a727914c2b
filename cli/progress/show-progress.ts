import { printJson, paintFor, printLines, printNote } from "../output.ts";
import type { CommandContext } from "../context.ts";
import { followThread, type FollowEnd, type FollowRequest } from "./follow-thread.ts";
import { linePrinter } from "./line-printer.ts";
import { renderEnding } from "./render-ending.ts";
import { renderViewChange } from "./render-view-change.ts";
import { stampLines } from "./stamp-lines.ts";

interface ShowRequest {
  readonly thread: string;
  readonly context: CommandContext;
  readonly untilQuestion: boolean;
  /** `view` prints only the settled view, `lines` every transcript line; absent: for people. */
  readonly json?: "view" | "lines";
  /** Shows only this turn. */
  readonly turn?: number;
}

type Shown = Pick<FollowRequest, "onLine" | "onView">;

/** Follows a thread on the terminal and sets the exit code: 0 achieved, 3 not achieved or a question, 130 detached. */
export async function showProgress(request: ShowRequest): Promise<void> {
  const { context, thread } = request;
  const detach = new AbortController();
  const onSignal = () => {
    // The second Ctrl-C means now.
    if (detach.signal.aborted) process.exit(130);
    detach.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    const end = await followThread({
      thread,
      context,
      signal: detach.signal,
      untilQuestion: request.untilQuestion,
      ...shownFor(request),
      onNote: printNote,
    });
    finish(request, end);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function shownFor({ json, turn }: ShowRequest): Shown {
  const paint = paintFor(process.stdout);
  const print = linePrinter({ json: json === "lines", ...(turn === undefined ? {} : { turn }) });
  return {
    onLine: (line) => json !== "view" && print(line),
    onView: (before, now) =>
      json === undefined && printLines(stampLines(new Date(), renderViewChange(before, now, paint), paint)),
  };
}

function finish({ thread, context, json }: ShowRequest, end: FollowEnd): void {
  if (end.kind === "detached") {
    printNote(`\nleft ${thread} running; come back with: baton logs -f ${thread}`);
    process.exitCode = 130;
    return;
  }
  if (json === "view") printJson(end.view);
  if (json === undefined && end.kind === "settled") {
    printLines(["", ...renderEnding(end.view, context.current().threadUrl(thread), paintFor(process.stdout))]);
  }
  process.exitCode = end.view.status === "achieved" ? 0 : 3;
}
