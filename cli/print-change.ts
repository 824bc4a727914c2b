import type { ThreadView } from "../domain/thread-view.ts";
import { paintFor, printJson, printLine } from "./output.ts";
import { oneLine } from "./render-text.ts";
import { renderStatus } from "./render-view.ts";

/** What a command that changed a thread prints: the view, or one line with what is true now. */
export function printChange(view: ThreadView, { json, said }: { readonly json: boolean; readonly said: string }): void {
  if (json) return printJson(view);
  const paint = paintFor(process.stdout);
  const doing = view.doing === "" || view.doing === view.status ? "" : ` · ${oneLine(view.doing)}`;
  printLine(`${paint("strong", view.id)} ${said} · ${renderStatus(view.status, paint)}${doing}`);
}
