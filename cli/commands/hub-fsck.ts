import { Command } from "commander";
import { failureRules } from "../../domain/failure.ts";
import { printJson, printLines } from "../output.ts";

interface FsckOptions {
  readonly stateDir?: string;
  readonly json?: boolean;
}

export function hubFsckCommand(): Command {
  return new Command("fsck")
    .description("Check a hub's store: records, refs, objects, transcripts, artifacts; exit code 3 when something is wrong")
    .option(
      "--state-dir <dir>",
      "check this store, which no hub may be serving; what a killed hub left half-written is mended first",
    )
    .option("--json", "print counts and problems as JSON")
    .action(check);
}

async function check({ json, ...options }: FsckOptions): Promise<void> {
  const { withTendedHub } = await import("../hub-store.ts");
  const found = await withTendedHub(options, (hub) => hub.checkStore());
  const { threads, repositories, transcripts, artifacts, results, problems } = found;
  if (json) {
    printJson(found);
  } else {
    const seen = `${threads} threads, ${repositories} repositories, ${transcripts} transcripts, ${artifacts} artifacts, ${results} results`;
    const lines = problems.map(({ where, problem }) => `${where}: ${problem}`);
    printLines([...lines, `Checked ${seen}: ${problems.length === 0 ? "all is well" : `${problems.length} problems`}.`]);
  }
  if (problems.length > 0) process.exitCode = failureRules.GoalNotAchieved.exitCode;
}
