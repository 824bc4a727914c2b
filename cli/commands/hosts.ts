import { Command } from "commander";
import { paintFor, printJson, printLines, printNote } from "../output.ts";
import { renderHosts } from "../render-hosts.ts";

export function hostsCommand(): Command {
  return new Command("hosts")
    .description("List the hosts that the hub knows: labels, places, load, agents, when each was last seen")
    .option("--json", "print a JSON array")
    .action(async ({ json }: { json?: boolean }) => {
      const { withContext } = await import("../context.ts");
      await withContext(async (context) => {
        const { hosts } = await (await context.current().hub()).listHosts();
        const sorted = hosts.toSorted((a, b) => Number(b.alive) - Number(a.alive) || a.id.localeCompare(b.id));
        if (json) return printJson(sorted);
        if (sorted.length === 0) return printNote("no host has announced itself yet; baton up starts this machine's");
        printLines(renderHosts(sorted, paintFor(process.stdout)));
      });
    });
}
