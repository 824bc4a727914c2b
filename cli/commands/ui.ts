import { Command } from "commander";
import { definedIn } from "../../config/environment.ts";
import { BatonFailure } from "../../domain/failure.ts";
import { runProcess } from "../../process/run-process.ts";
import { printJson, printLine, printNote } from "../output.ts";

interface UiOptions {
  readonly open?: boolean;
  readonly json?: boolean;
}

const openMs = 5000;

export function uiCommand(): Command {
  return new Command("ui")
    .description("Print the address of Temporal's web UI, or of one thread's page in it")
    .argument("[thread]", "thread id, or an unambiguous beginning of it")
    .option("--open", "open it in the browser too")
    .option("--json", "print it as JSON")
    .action(ui);
}

async function ui(name: string | undefined, options: UiOptions): Promise<void> {
  const { withThreadContext } = await import("../remotes/thread-context.ts");
  const { address, url } = await withThreadContext(name ?? "", async (context, given) => {
    const services = context.current();
    const { address, ui: base } = services.endpoints.temporal;
    return { address, url: given === "" ? base : services.threadUrl(await services.threads.resolve(given)) };
  });
  if (url === undefined) {
    throw new BatonFailure("NotFound", `the web UI of the Temporal Service at ${address} is not known`, {
      next: "set BATON_TEMPORAL_UI to its address, then `baton down` and `baton up`",
    });
  }
  if (options.json) printJson({ url });
  else printLine(url);
  if (options.open) await openInBrowser(url);
}

async function openInBrowser(url: string): Promise<void> {
  const file = process.platform === "darwin" ? "open" : "xdg-open";
  const env = definedIn(process.env);
  const { outcome } = await runProcess({ command: { file, args: [url] }, cwd: "/", env, timeoutMs: openMs });
  if (outcome.kind !== "exited" || outcome.code !== 0)
    printNote(`No browser could be opened with ${file}; open the address yourself.`);
}
