import { Command } from "commander";
import { paintFor, printJson, printLines } from "../output.ts";
import { threadArgument } from "./thread-argument.ts";

interface TreeOptions {
  readonly follow?: boolean;
  readonly json?: boolean;
}

const mostRows = 50;

export function treeCommand(): Command {
  return new Command("tree")
    .description("Show a thread's subagents: what runs where, what is merged, what failed and why")
    .addArgument(threadArgument())
    .option("-f, --follow", "keep showing it until the thread settles; Ctrl-C leaves it running")
    .option(
      "--json",
      "print {view, threads, below}: every task, the subagents as baton ls knows them, and the tasks of those at work",
    )
    .action(async (name: string, { follow, json }: TreeOptions) => {
      const { withThreadContext } = await import("../remotes/thread-context.ts");
      await withThreadContext(name, async (context, given) => {
        const { threads } = context.current();
        const thread = await threads.resolve(given);
        const { readTree } = await import("../tree/read-tree.ts");
        if (json) return printJson(await readTree(threads, thread));
        const paint = paintFor(process.stdout);
        if (follow) {
          const { watchTree } = await import("../tree/watch-tree.ts");
          return await watchTree(context, { thread, paint, signal: interrupted() });
        }
        const { renderTree } = await import("../tree/render-tree.ts");
        printLines(renderTree(await readTree(threads, thread), { paint, most: mostRows }));
      });
    });
}

function interrupted(): AbortSignal {
  const gone = new AbortController();
  process.once("SIGINT", () => gone.abort());
  return gone.signal;
}
