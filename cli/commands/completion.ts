import { Argument, Command } from "commander";
import { printLine } from "../output.ts";

const shells = ["bash", "zsh", "fish"] as const;

/** `program` gives the whole command line, to list what it knows. */
export function completionCommand(program: () => Promise<Command>): Command {
  return new Command("completion")
    .description("Print a completion script for a shell: commands and options")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .addHelpText(
      "after",
      '\nbash, zsh: eval "$(baton completion bash)" in the shell\'s start file\nfish: baton completion fish > ~/.config/fish/completions/baton.fish',
    )
    .action(async (shell: (typeof shells)[number]) => {
      const { completionScript } = await import("../completion-script.ts");
      printLine(completionScript(shell, await program()));
    });
}
