import { Command } from "commander";
import type { Attempt } from "../../hub/hub.ts";
import { printJson, printLine, printLines } from "../output.ts";
import { renderTable } from "../render-table.ts";
import { parseWholeNumber } from "../parse-number.ts";
import { threadArgument } from "./thread-argument.ts";

interface AttemptsOptions {
  readonly diff?: number;
  readonly json?: boolean;
}

const reasons: Readonly<Record<Attempt["why"], string>> = {
  superseded: "its turn was not over when the thread moved on",
  refused: "it came after the thread had moved on",
};

export function attemptsCommand(): Command {
  return new Command("attempts")
    .description("List work of a thread that another host has overtaken: kept for a person, never part of the result")
    .addArgument(threadArgument())
    .option("--diff <epoch>", "print what the attempt of this epoch changed", parseWholeNumber("--diff"))
    .option("--json", "print {thread, attempts} as JSON; with --diff {thread, epoch, base, commit, files}")
    .action(listAttempts);
}

async function listAttempts(name: string, { diff, json = false }: AttemptsOptions): Promise<void> {
  const { withThreadContext } = await import("../remotes/thread-context.ts");
  await withThreadContext(name, async (context, given) => {
    const { threads, hub } = context.current();
    const thread = await threads.resolve(given);
    const repository = (await threads.describe(thread))?.repository ?? "";
    const { attempts } = await (await hub()).listAttempts({ repository, thread });
    if (diff !== undefined) {
      const { base } = await threads.read(thread);
      const { printAttempt } = await import("../print-attempt.ts");
      return printAttempt({ hub: await hub(), repository, base, thread, attempts, epoch: diff, json });
    }
    if (json) return printJson({ thread, attempts });
    if (attempts.length === 0) return printLine(`Thread ${thread} has no attempts.`);
    printLines(renderTable([["EPOCH", "TURN", "KEPT AT", "COMMIT", "WHY"], ...attempts.map(row)]));
  });
}

function row({ epoch, turn, at, commit, why }: Attempt): readonly string[] {
  return [String(epoch), String(turn), at.slice(0, 19).replace("T", " "), commit.slice(0, 12), reasons[why]];
}
