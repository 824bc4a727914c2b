import { packObjects } from "../../git/pack.ts";
import type { HubClient } from "../../hub/hub-client.ts";
import { printNote } from "../output.ts";
import type { PreparedRun } from "./prepare-run.ts";

const slowMs = 1_000;

/** Brings the base commit to the hub. One that is there is pushed as well: that keeps it from being collected as unused. */
export async function pushBase(
  hub: HubClient,
  { repository, gitDir }: Pick<PreparedRun, "repository" | "gitDir">,
): Promise<void> {
  const { id, name, base, shallow } = repository;
  const { haves } = await hub.openRepository({ repository: id, shallow });
  const saying = setTimeout(() => printNote(`sending ${name} at ${base.slice(0, 10)} to the hub`), slowMs);
  try {
    await hub.pushBase({ repository: id, commit: base }, packObjects({ gitDir, wants: [base], haves }));
  } finally {
    clearTimeout(saying);
  }
}
