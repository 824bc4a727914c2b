import { settledStatuses } from "../../domain/thread-view.ts";
import type { BatonFailure } from "../../domain/failure.ts";
import type { CommandContext } from "../context.ts";
import { printLines, printNote, type Paint } from "../output.ts";
import { createOutage, isUnreachable } from "../progress/outage.ts";
import { pauseFor } from "../progress/pause-for.ts";
import { frameTree } from "./frame-tree.ts";
import { readTree } from "./read-tree.ts";

const everyMs = 1_000;

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
      draw(frameTree(tree, view, { ...screenSize(), paint }));
      if (settledStatuses.includes(view.status)) return;
      await pauseFor(everyMs, signal);
    } catch (error) {
      if (signal.aborted || !isUnreachable(error)) throw error;
      await pauseFor(outage.failed(error as BatonFailure), signal);
      await context.refresh();
    }
  }
}

/** Some terminals say that they have none of either. */
function screenSize(): { rows: number; columns: number } {
  const { rows, columns } = process.stdout;
  return { rows: rows || 40, columns: columns || Number.POSITIVE_INFINITY };
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
