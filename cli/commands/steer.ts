import { Command } from "commander";
import { BatonFailure } from "../../domain/failure.ts";
import { printJson, printLine } from "../output.ts";
import { userName } from "../user-name.ts";
import { threadArgument } from "./thread-argument.ts";

const maxCharacters = 20_000;

export function steerCommand(): Command {
  return new Command("steer")
    .description("Give the agent of a thread a message with its next prompt")
    .addArgument(threadArgument())
    .argument("<text...>", "the message")
    .option("--json", "print {id, text} as JSON")
    .action(async (name: string, words: readonly string[], { json }: { readonly json?: boolean }) => {
      const text = messageOf(words);
      const { withThreadContext } = await import("../remotes/thread-context.ts");
      await withThreadContext(name, async (context, given) => {
        const { threads } = context.current();
        const id = await threads.resolve(given);
        if ((await threads.describe(id))?.settled) {
          throw new BatonFailure("Conflict", `thread ${id} has settled: nobody would read the message`, {
            next: `baton show ${id}`,
          });
        }
        await threads.steer(id, { text, by: userName() });
        if (json) return printJson({ id, text });
        printLine(`${id} gets it with its next prompt`);
      });
    });
}

function messageOf(words: readonly string[]): string {
  const text = words.join(" ").trim();
  if (text === "")
    throw new BatonFailure("Usage", "the message is empty", { next: 'baton steer <thread> "what the agent should know"' });
  if (text.length <= maxCharacters) return text;
  throw new BatonFailure("Usage", `the message has ${text.length} characters; at most ${maxCharacters} fit`, {
    next: "put it into a file of the repository and name that",
  });
}
