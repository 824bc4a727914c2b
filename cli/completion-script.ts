import type { Command } from "commander";

interface CompletedCommand {
  readonly name: string;
  readonly about: string;
  readonly flags: readonly { readonly name: string; readonly about: string }[];
}

/** A script that completes command names, then the options of the command. */
export function completionScript(shell: "bash" | "zsh" | "fish", program: Command): string {
  const commands = program.commands.map((command) => completedCommand(command));
  switch (shell) {
    case "bash":
      return bashScript(commands);
    case "zsh":
      return zshScript(commands);
    case "fish":
      return fishScript(commands);
  }
}

function completedCommand(command: Command): CompletedCommand {
  const flags = command.options.map(({ long, short, description }) => ({ name: long ?? short ?? "", about: description }));
  return { name: command.name(), about: command.description(), flags: [...flags, { name: "--help", about: "show help" }] };
}

function bashScript(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, flags }) => `    ${name}) words="${flags.map((flag) => flag.name).join(" ")}" ;;`);
  return [
    "_baton() {",
    '  local current="${COMP_WORDS[COMP_CWORD]}" words=""',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} --help --version" -- "$current"))`,
    "    return",
    "  fi",
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    "  esac",
    '  case "$current" in -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;; *) COMPREPLY=($(compgen -f -- "$current")) ;; esac',
    "}",
    "complete -F _baton baton",
  ].join("\n");
}

function zshScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name, about }) => `    ${quoted(`${name}:${about.replaceAll(":", " -")}`)}`);
  const cases = commands.map(
    ({ name, flags }) =>
      `    ${name}) _arguments ${flags.map((flag) => quoted(`${flag.name}[${flag.about.replaceAll(/[[\]]/g, "")}]`)).join(" ")} '*:file:_files' ;;`,
  );
  return [
    "#compdef baton",
    "_baton() {",
    "  if (( CURRENT == 2 )); then",
    "    local -a commands=(",
    ...names.map((name) => `  ${name}`),
    "    )",
    "    _describe command commands",
    "    return",
    "  fi",
    "  shift words; (( CURRENT-- ))",
    '  case "$words[1]" in',
    ...cases,
    "  esac",
    "}",
    "compdef _baton baton",
  ].join("\n");
}

function fishScript(commands: readonly CompletedCommand[]): string {
  return commands
    .flatMap(({ name, about, flags }) => [
      `complete -c baton -f -n __fish_use_subcommand -a ${name} -d ${quoted(about)}`,
      ...flags.map(
        (flag) =>
          `complete -c baton -n '__fish_seen_subcommand_from ${name}' -l ${flag.name.replace(/^--/, "")} -d ${quoted(flag.about)}`,
      ),
    ])
    .join("\n");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "")}'`;
}
