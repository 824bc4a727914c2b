import { relative } from "node:path";
import { Command, Option } from "commander";
import type { InstalledAgent } from "../init/goal-template.ts";
import type { InitResult } from "../init/init-goal.ts";
import { printJson, printLines } from "../output.ts";

interface InitOptions {
  readonly goal?: string;
  readonly agent?: InstalledAgent;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function initCommand(): Command {
  return new Command("init")
    .description("Write a goal file from what the repository holds: toolchain, checks, tests to protect, agents on PATH")
    .argument("[path]", "file to write", "goal.yaml")
    .option("--goal <text>", "the objective, in a sentence")
    .addOption(new Option("--agent <agent>", "agent that does the work").choices(["codex", "claude"]))
    .option("--force", "write over an existing file")
    .option("--json", "print what was found as JSON")
    .action(async (path: string, { goal, agent, force = false, json }: InitOptions) => {
      const { initGoal } = await import("../init/init-goal.ts");
      const result = await initGoal({
        path,
        cwd: process.cwd(),
        env: process.env,
        force,
        ...(goal === undefined ? {} : { goal }),
        ...(agent === undefined ? {} : { agent }),
      });
      if (json) return printJson(result);
      printLines(describeInit(result, process.cwd()));
    });
}

function describeInit({ path, repository, project, worker, judge }: InitResult, cwd: string): string[] {
  const shown = relative(cwd, path);
  return [
    `wrote ${shown}${project.kinds.length === 0 ? "" : ` for ${project.kinds.join(" and ")}`}`,
    `  setup    ${project.setup ?? "none"}`,
    `  verify   ${project.checks.map((check) => check.run).join(", ") || "nothing found: put in the command that proves the goal"}`,
    `  protect  ${project.protect.join(", ") || "nothing"}`,
    `  agents   ${worker ?? "none found on PATH: put one in"}, judged by ${judge ?? "nobody"}`,
    ...(repository === null ? ["This is no git repository yet; Baton works on commits: git init, then commit."] : []),
    "",
    `next: say what shall be true under goal:, then baton check${shown === "goal.yaml" ? "" : ` ${shown}`}`,
  ];
}
