import { settledStatuses } from "../../domain/thread-view.ts";
import type { BatonFailure } from "../../domain/failure.ts";
import type { CommandContext } from "../context.ts";
import { printLines, printNote, type Paint } from "../output.ts";
import { createOutage, isUnreachable } from "../progress/outage.ts";
import { pauseFor } from "../progress/pause-for.ts";
import { readTree } from "./read-tree.ts";
import { renderTree } from "./render-tree.ts";

const everyMs = 1_000;
const aboveCursor = 3;

interface Watch {
  readonly thread: string;
  readonly paint: Paint;
  readonly signal: AbortSignal;
}

/** Draws the tree again whenever it changes, in place on a terminal, until the thread settles or the person goes away. */
export async function watchTree(context: CommandContext, { thread, paint, signal }: Watch): Promise<void> {
  const outage = createOutage("Temporal", printNote);
  const draw = process.stdout.isTTY ? inPlace() : asLines();
  while (!signal.aborted) {
    try {
      const { threads } = context.current();
      const [tree, view] = await Promise.all([readTree(threads, thread), threads.read(thread)]);
      outage.mended();
      const question = view.questions[0];
      const asks =
        question === undefined ? [] : ["", paint("warn", `asks (${question.id}): ${question.text}`), `  ${question.next}`];
      draw([...renderTree(tree, { paint, most: roomFor(asks.length) }), ...asks]);
      if (settledStatuses.includes(view.status)) return;
      await pauseFor(everyMs, signal);
    } catch (error) {
      if (signal.aborted || !isUnreachable(error)) throw error;
      await pauseFor(outage.failed(error as BatonFailure), signal);
      await context.refresh();
    }
  }
}

function roomFor(others: number): number {
  return Math.max(5, (process.stdout.rows ?? 40) - aboveCursor - others - 2);
}

function inPlace(): (lines: readonly string[]) => void {
  let drawn = 0;
  return (lines) => {
    if (drawn > 0) process.stdout.write(`\u001B[${drawn}A\u001B[0J`);
    printLines(lines);
    drawn = lines.length;
  };
}

/** Where nothing can be taken back, only the head is told, and only when it is news. */
function asLines(): (lines: readonly string[]) => void {
  let last = "";
  return ([head = ""]) => {
    if (head !== last) printLines([head]);
    last = head;
  };
}
