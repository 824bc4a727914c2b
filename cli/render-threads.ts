import { dollars } from "../domain/quantities.ts";
import type { Paint } from "./output.ts";
import { renderTable } from "./render-table.ts";
import { oneLine } from "./render-text.ts";
import { renderStatus } from "./render-view.ts";
import type { ThreadSummary } from "./threads/list-threads.ts";

/** One line a thread, under a heading. `now` is in milliseconds since the epoch. */
export function renderThreads(
  threads: readonly ThreadSummary[],
  { now, paint }: { readonly now: number; readonly paint: Paint },
): readonly string[] {
  const heading = ["THREAD", "STATUS", "TURN", "AGENT", "HOST", "COST", "OPENED", "GOAL"].map((title) => paint("dim", title));
  const rows = threads.map((thread) => [
    paint("strong", thread.id),
    renderStatus(thread.status, paint),
    String(thread.turn),
    thread.agent,
    thread.host || "-",
    thread.usd === null ? "-" : dollars(thread.usd),
    age(now - Date.parse(thread.openedAt)),
    oneLine(thread.title, 60),
  ]);
  return renderTable([heading, ...rows]);
}

const units = [
  { ms: 86_400_000, name: "d" },
  { ms: 3_600_000, name: "h" },
  { ms: 60_000, name: "min" },
] as const;

/** `3 min ago`, in the largest unit that fits. */
function age(ms: number): string {
  const unit = units.find((candidate) => ms >= candidate.ms);
  return unit === undefined ? "just now" : `${Math.floor(ms / unit.ms)} ${unit.name} ago`;
}
