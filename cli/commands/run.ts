import { resolve } from "node:path";
import { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { addHostLossOptions, hostLossOf, type HostLossOptions } from "../run/host-loss-options.ts";
import { paintFor, printJson, printLine, printLines } from "../output.ts";
import type { RunRequest } from "../run/start-run.ts";

interface RunOptions extends HostLossOptions {
  readonly C?: string;
  readonly detach?: boolean;
  readonly dirty?: boolean;
  readonly again?: boolean;
  readonly on?: string;
  readonly untilQuestion?: boolean;
  readonly json?: boolean;
}

export function runCommand(): Command {
  const command = new Command("run")
    .description("Start a thread for a goal and follow it until it settles; Ctrl-C leaves it running")
    .argument("[file]", "goal file", "goal.yaml")
    .option("-C <dir>", "run as if started in this folder")
    .option("-d, --detach", "print the thread's id and leave it running")
    .option("--dirty", "start from the work tree as it is, uncommitted and untracked files included")
    .option("--again", "start another thread although one of the same goal runs")
    .option("--on <host>", "run on this host (id or name), or on any host with this label, whatever the goal says");
  return addHostLossOptions(command)
    .option("--until-question", "exit with 3 at the first question instead of waiting for its answer")
    .option("--json", "print JSON: with -d {id, workflowId, branch, ui}, else the view of the settled thread")
    .addHelpText(
      "after",
      "\nExit codes: 0 achieved, 2 cannot start, 3 not achieved, 4 Temporal or hub unreachable, 130 left running",
    )
    .action(async (file: string, options: RunOptions) => {
      const [{ prepareRun }, { withContext }] = await Promise.all([import("../run/prepare-run.ts"), import("../context.ts")]);
      const { dirty = false, again = false, on } = options;
      const hostLoss = hostLossOf(options);
      // Before any service is started for it.
      const prepared = await prepareRun({ dir: resolve(options.C ?? "."), file, dirty, env: process.env });
      try {
        await withContext((context) =>
          startAndShow(context, { ...prepared, again, hostLoss, ...(on === undefined ? {} : { on }) }, options),
        );
      } finally {
        await prepared.dispose();
      }
    });
}

async function startAndShow(
  context: CommandContext,
  run: RunRequest,
  { detach, untilQuestion, json }: RunOptions,
): Promise<void> {
  const [{ startRun }, { renderStarted }] = await Promise.all([
    import("../run/start-run.ts"),
    import("../run/render-started.ts"),
  ]);
  const thread = await startRun(context.current(), run);
  if (detach && json) return printJson(thread);
  if (!json && !detach) printLines(renderStarted(run, thread, paintFor(process.stdout)));
  if (detach) return printLine(thread.id);
  const { showProgress } = await import("../progress/show-progress.ts");
  await showProgress({ thread: thread.id, context, untilQuestion: untilQuestion === true, ...(json ? { json: "view" } : {}) });
}
