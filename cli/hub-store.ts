import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { hubConnectionOf, hubConnectionTo } from "../config/hub-settings.ts";
import { readSettings } from "../config/settings.ts";
import { BatonFailure } from "../domain/failure.ts";
import type { HubClient } from "../hub/hub-client.ts";
import { readRunningServices } from "../infra/services/read-services.ts";

/** What of a hub can be tended with or without a process that serves it. */
export type TendedHub = Pick<HubClient, "collectGarbage" | "checkStore">;

export function hubFolder(stateDir: string | undefined): string {
  return stateDir === undefined ? readSettings(process.env).state.hub : resolve(stateDir);
}

/** The hub that the environment names, else this machine's own; its store itself when no process serves it. */
export async function withTendedHub<Result>(
  { stateDir }: { readonly stateDir?: string },
  use: (hub: TendedHub) => Promise<Result>,
): Promise<Result> {
  const connection = stateDir === undefined ? runningHub() : undefined;
  if (connection === undefined) return withStore(hubFolder(stateDir), use);
  const { connectHub } = await import("../hub/hub-client.ts");
  const hub = connectHub(connection);
  try {
    return await use(hub);
  } finally {
    hub.close();
  }
}

function runningHub() {
  const named = hubConnectionOf(process.env);
  if (named !== undefined) return named;
  const address = readRunningServices(readSettings(process.env).state)?.endpoints.hub.address;
  return address === undefined ? undefined : hubConnectionTo(address, process.env);
}

async function withStore<Result>(folder: string, use: (hub: TendedHub) => Promise<Result>): Promise<Result> {
  // Opening makes a store, which nobody wants of a mistyped path.
  if (!existsSync(join(folder, "repositories"))) {
    const next = "give the --state-dir of that hub";
    throw new BatonFailure("NotFound", "There is no hub's store in this folder", { where: folder, next });
  }
  const { openHubStore } = await import("../hub/store/open-store.ts");
  const store = await openHubStore(folder);
  try {
    return await use({ collectGarbage: store.collectGarbage, checkStore: () => store.check() });
  } finally {
    await store.close();
  }
}
