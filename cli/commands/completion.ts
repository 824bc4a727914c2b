import { Argument, Command } from "commander";
import { printLine } from "../output.ts";

const shells = ["bash", "zsh", "fish"] as const;

export function completionCommand(): Command {
  return new Command("completion")
    .description("Print a completion script for a shell: commands and options")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .addHelpText(
      "after",
      '\nbash, zsh: eval "$(baton completion bash)" in the shell\'s start file\nfish: baton completion fish > ~/.config/fish/completions/baton.fish',
    )
    .action(async (shell: (typeof shells)[number]) => {
      const [{ buildProgram }, { completionScript }] = await Promise.all([
        import("../program.ts"),
        import("../completion-script.ts"),
      ]);
      printLine(completionScript(shell, await buildProgram([])));
    });
}
