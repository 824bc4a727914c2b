import { Command } from "commander";
import { ownVersion } from "../config/version.ts";

type CommandLoader = () => Promise<Command>;

/** Every command by name, in the order of the help. A module is loaded when its command is asked for. */
const loaders: Readonly<Record<string, CommandLoader>> = {
  init: async () => (await import("./commands/init.ts")).initCommand(),
  check: async () => (await import("./commands/check.ts")).checkCommand(),
  run: async () => (await import("./commands/run.ts")).runCommand(),
  ls: async () => (await import("./commands/ls.ts")).lsCommand(),
  show: async () => (await import("./commands/show.ts")).showCommand(),
  tree: async () => (await import("./commands/tree.ts")).treeCommand(),
  logs: async () => (await import("./commands/logs.ts")).logsCommand(),
  diff: async () => (await import("./commands/diff.ts")).diffCommand(),
  steer: async () => (await import("./commands/steer.ts")).steerCommand(),
  pause: async () => (await import("./commands/pause.ts")).pauseCommand(),
  resume: async () => (await import("./commands/resume.ts")).resumeCommand(),
  stop: async () => (await import("./commands/stop.ts")).stopCommand(),
  handoff: async () => (await import("./commands/handoff.ts")).handoffCommand(),
  pull: async () => (await import("./commands/pull.ts")).pullCommand(),
  remote: async () => (await import("./commands/remote.ts")).remoteCommand(),
  attempts: async () => (await import("./commands/attempts.ts")).attemptsCommand(),
  budget: async () => (await import("./commands/budget.ts")).budgetCommand(),
  answer: async () => (await import("./commands/answer.ts")).answerCommand(),
  host: async () => (await import("./commands/host.ts")).hostCommand(),
  hosts: async () => (await import("./commands/hosts.ts")).hostsCommand(),
  up: async () => (await import("./commands/up.ts")).upCommand(),
  down: async () => (await import("./commands/down.ts")).downCommand(),
  hub: async () => (await import("./commands/hub.ts")).hubCommand(),
  ui: async () => (await import("./commands/ui.ts")).uiCommand(),
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand(),
  mcp: async () => (await import("./commands/mcp.ts")).mcpCommand(),
  completion: async () => (await import("./commands/completion.ts")).completionCommand(() => buildProgram([])),
};

export const commandNames = Object.keys(loaders);

interface ProgramOptions {
  /** Leaves a usage error unsaid: the caller prints it as JSON. */
  readonly quietUsage?: boolean;
}

/** The command line for these arguments, with only the commands that they can reach. */
export async function buildProgram(args: readonly string[], options: ProgramOptions = {}): Promise<Command> {
  const program = new Command("baton")
    .description("Durable goal loops for coding agents: each goal runs until its checks and its judge agree that it is achieved.")
    .version(ownVersion(), "-V, --version")
    .showSuggestionAfterError()
    .showHelpAfterError("(baton --help lists the commands)")
    // An option after `baton hub gc` is that command's, even when `baton hub` has one of the same name.
    .enablePositionalOptions()
    .configureHelp({ helpWidth: 110, subcommandTerm: (command) => command.name() })
    .exitOverride();
  if (options.quietUsage) program.configureOutput({ writeErr: () => undefined });
  for (const name of namesNeeded(args)) {
    const command = await loaders[name]!();
    for (const each of command.commands) each.copyInheritedSettings(program);
    program.addCommand(command.copyInheritedSettings(program).showHelpAfterError(`(baton ${name} --help tells more)`));
  }
  if (args.length === 0) program.action(() => program.outputHelp());
  return program;
}

function namesNeeded(args: readonly string[]): readonly string[] {
  const [first] = args;
  if (first === "--version" || first === "-V") return [];
  return first !== undefined && Object.hasOwn(loaders, first) ? [first] : commandNames;
}
