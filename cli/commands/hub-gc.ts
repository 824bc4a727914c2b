import { Command } from "commander";
import type { Collected } from "../../hub/hub.ts";
import { printJson, printLines } from "../output.ts";
import { parseAge } from "../parse-age.ts";

interface GcOptions {
  readonly olderThan?: number;
  readonly dryRun?: boolean;
  readonly stateDir?: string;
  readonly json?: boolean;
}

const thirtyDaysMs = 30 * 86_400_000;

export function hubGcCommand(): Command {
  return new Command("gc")
    .description("Remove what threads left that settled long ago: checkpoints, transcripts, artifacts, unused bases")
    .option("--older-than <age>", "how long ago they settled (default: 30d)", parseAge)
    .option("--dry-run", "only say what would be removed")
    .option("--state-dir <dir>", "tend this store, which no hub may be serving")
    .option("--json", "print the counts as JSON")
    .action(collect);
}

async function collect({ olderThan = thirtyDaysMs, dryRun = false, json, ...options }: GcOptions): Promise<void> {
  const { withTendedHub } = await import("../hub-store.ts");
  const collected = await withTendedHub(options, (hub) => hub.collectGarbage({ olderThanMs: olderThan, dryRun }));
  if (json) return printJson({ dryRun, ...collected });
  printLines(render(collected, dryRun));
}

function render(collected: Collected, dryRun: boolean): readonly string[] {
  const { threadCount, bases, results, artifacts, artifactBytes, pruned, busy } = collected;
  const size = `${(artifactBytes / 1024 / 1024).toFixed(1)} MiB`;
  return [
    `${dryRun ? "Would remove" : "Removed"} ${threadCount} threads, ${artifacts} artifacts (${size}), ${bases} bases and ${results} results.`,
    ...(pruned.length === 0 ? [] : [`Pruned ${pruned.length} repositories.`]),
    ...busy.map((id) => `Repository ${id} was in use; the next collection prunes it.`),
  ];
}
