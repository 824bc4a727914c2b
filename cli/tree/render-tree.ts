import { dollars, tokens } from "../../domain/quantities.ts";
import { countsText } from "../../domain/fan-out/task-counts.ts";
import { threadsOf, type TaskStatus } from "../../domain/fan-out/task.ts";
import type { TaskView, TreeView } from "../../domain/fan-out/tree-view.ts";
import type { Paint, Tone } from "../output.ts";
import { renderTable } from "../render-table.ts";
import { linesOf, oneLine } from "../render-text.ts";
import type { ThreadSummary } from "../threads/list-threads.ts";

/** A thread's subagents as one picture: `threads` are those of its tree, as lists know them. */
export interface Tree {
  readonly view: TreeView;
  readonly threads: readonly ThreadSummary[];
  /** The subagents of those that are at work, by the thread that they work for. */
  readonly below: Readonly<Record<string, TreeView>>;
}

const barWidth = 40;
const linesOfField = 20;
const tones: Readonly<Record<TaskStatus, Tone>> = {
  merged: "good",
  achieved: "good",
  ready: "good",
  running: "strong",
  pending: "dim",
  failed: "bad",
  left: "warn",
};
const marks: Readonly<Record<TaskStatus, string>> = {
  merged: "█",
  achieved: "█",
  ready: "▓",
  running: "▒",
  failed: "x",
  left: "-",
  pending: "░",
};
const order: readonly TaskStatus[] = ["merged", "achieved", "ready", "running", "failed", "left", "pending"];

/**
 * Head, bar and one line for each task that is not merely waiting, `most` at most, and then how many more. Tasks that a person has
 * to approve of are shown as well, with their fields.
 */
export function renderTree(tree: Tree, { paint, most }: { paint: Paint; most: number }): readonly string[] {
  const { view } = tree;
  if (!view.listed) return [`${paint("strong", view.id)} · the tasks are not known yet`];
  if (view.tasks.length === 0) return [`${paint("strong", view.id)} · it has no subagents`];
  const all = taskRows(view, { ...tree, paint, depth: 0 });
  const rows = renderTable(all.slice(0, most));
  const pending = view.tasks.filter(({ status }) => status === "pending");
  const planned = pending.filter(({ fields }) => fields !== undefined).slice(0, most - rows.length);
  const more = all.length + pending.length - rows.length - planned.length;
  return [
    headOf(view, paint),
    bar(view, paint),
    ...rows,
    ...planned.flatMap((task) => plannedLines(task, paint)),
    ...(more > 0 ? [paint("dim", `and ${more} more`)] : []),
  ];
}

function plannedLines({ name, fields = {} }: TaskView, paint: Paint): readonly string[] {
  const told = Object.entries(fields).filter(([field, value]) => field !== "name" || value.trim() !== name);
  return [
    `${paint("dim", "pending")}  ${oneLine(name, 60)}`,
    ...told.flatMap(([field, value]) => {
      const [first = "", ...others] = linesOf(value, linesOfField);
      return [`  ${paint("dim", `${field}:`)} ${first}`, ...others.map((line) => `    ${line}`)];
    }),
  ];
}

function headOf(view: TreeView, paint: Paint): string {
  const { id, counts, merges, spent, waitingForBudget } = view;
  const parts = [
    countsText(counts),
    ...(merges === 0 && counts.achieved > 0 ? [] : [`${merges} ${merges === 1 ? "merge" : "merges"}`]),
    `${spent.turns} ${spent.turns === 1 ? "turn" : "turns"}`,
    ...(spent.tokens === 0 ? [] : [`${tokens(spent.tokens)} tokens`]),
    ...(spent.usd === undefined ? [] : [dollars(spent.usd)]),
    ...(waitingForBudget === 0 ? [] : [paint("warn", `${waitingForBudget} wait for the budget`)]),
  ];
  return `${paint("strong", id)} · ${parts.join(" · ")}`;
}

function bar({ tasks, counts }: TreeView, paint: Paint): string {
  const width = Math.min(barWidth, tasks.length);
  let drawn = 0;
  let passed = 0;
  const pieces = order.map((status) => {
    passed += counts[status];
    const end = tasks.length === 0 ? 0 : Math.round((passed / tasks.length) * width);
    const piece = paint(tones[status], marks[status].repeat(end - drawn));
    drawn = end;
    return piece;
  });
  return pieces.join("");
}

/** What a person may have to look at comes first. */
function rank({ status, reason }: TaskView): number {
  if (status === "running") return reason === undefined ? 2 : 0;
  return { failed: 1, ready: 3, merged: 4, achieved: 4, left: 5, pending: 6 }[status];
}

interface Drawing extends Pick<Tree, "threads" | "below"> {
  readonly paint: Paint;
  readonly depth: number;
}

/** A row for each task that has begun, and below it those of its subagent's own. */
function taskRows({ tasks }: TreeView, drawing: Drawing): (readonly string[])[] {
  const begun = tasks.filter(({ status }) => status !== "pending").toSorted((a, b) => rank(a) - rank(b));
  return begun.flatMap((task) => {
    const views = task.status === "running" ? threadsOf(task).flatMap((id) => drawing.below[id] ?? []) : [];
    return [taskRow(task, drawing), ...views.flatMap((view) => taskRows(view, { ...drawing, depth: drawing.depth + 1 }))];
  });
}

function taskRow(task: TaskView, { threads, paint, depth }: Drawing): readonly string[] {
  const thread = threads.find(({ id }) => id === task.thread);
  const racers = task.racers === undefined || task.racers.length < 2 ? "" : ` of ${task.racers.length}`;
  const about = task.reason ?? (task.rebases > 0 && task.status !== "merged" ? "again, on top of the merged work" : "");
  return [
    paint(tones[task.status], task.status === "left" ? "left out" : task.status),
    `${"  ".repeat(depth)}${oneLine(task.name, 40)}`,
    paint("dim", task.thread === null ? "-" : `${task.thread}${racers}`),
    thread === undefined ? "" : thread.host || "-",
    thread === undefined || thread.turn === 0 ? "" : `turn ${thread.turn}`,
    oneLine(about, 80),
  ];
}
