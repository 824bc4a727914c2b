import { BatonFailure } from "../../domain/failure.ts";
import { settledStatuses, type ThreadView } from "../../domain/thread-view.ts";
import type { Services } from "../context.ts";
import { printJson, printLine } from "../output.ts";
import { dataSize } from "../../domain/quantities.ts";
import { userName } from "../user-name.ts";
import { agentToFind, chooseTarget, namesHost } from "./choose-target.ts";
import { followHandoff } from "./follow-handoff.ts";

interface HandOffRequest {
  readonly name: string;
  readonly to: string;
  readonly mode: "drain" | "interrupt";
  readonly detach?: boolean;
  readonly json?: boolean;
}

/** Asks a thread to move and tells how it goes. */
export async function handOff({ threads, hub }: Services, request: HandOffRequest): Promise<void> {
  const thread = await threads.resolve(request.name);
  const [view, { hosts }] = await Promise.all([threads.read(thread), (await hub()).listHosts()]);
  if (settledStatuses.includes(view.status)) {
    throw new BatonFailure("Conflict", `thread ${thread} is settled: ${view.status}`, {
      next: `baton pull ${thread} brings its branch into this repository`,
    });
  }
  const target = chooseTarget(hosts, { to: request.to, agent: agentToFind(view), from: view.host });
  const label = namesHost(hosts, request.to) ? {} : { label: request.to };
  const asked = await threads.update(thread, "handoff", { to: target.id, ...label, mode: request.mode, by: userName() });
  if (request.detach === true) return tell(asked, request);
  const moved = await followHandoff({ thread, to: target.id, read: () => threads.read(thread) });
  tell(moved, request);
}

function tell(view: ThreadView, { json }: HandOffRequest): void {
  if (json === true) return printJson(view);
  const { moved, handoff } = view;
  if (handoff) return printLine(`${view.id} moves to ${handoff.to}: baton show ${view.id}`);
  const dark = moved?.darkMs === undefined || moved.darkMs === null ? "" : ` · dark for ${moved.darkMs} ms`;
  const bytes = moved ? ` · ${dataSize(moved.copiedBytes)} ahead, ${dataSize(moved.deltaBytes)} in the end` : "";
  printLine(`${view.id} is on ${view.host ?? "no host"}${dark}${bytes}`);
}
