import type { FanOut } from "../../domain/fan-out/fan-out.ts";
import type { FanOutSummary } from "./report.ts";

/** What can be said about a fan-out before anything runs. */
export function summarizeFanOut({ tasks, parallel, race }: FanOut): FanOutSummary {
  const listed = tasks.kind === "list" ? tasks.tasks : [];
  const different = new Set(listed.map(({ fields }) => JSON.stringify(sorted(fields)))).size;
  return {
    source: tasks.kind,
    tasks: tasks.kind === "list" ? different : null,
    duplicates: listed.length - different,
    parallel,
    racers: race.length,
  };
}

function sorted(fields: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
