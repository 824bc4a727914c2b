import { Context } from "@temporalio/activity";
import type { RepositoryRef } from "../domain/repository.ts";
import { openObjectStore, presentObjects } from "../git/object-store.ts";
import { indexPack } from "../git/pack.ts";
import type { HostContext } from "./host-context.ts";
import { untilHubBack } from "./until-hub-back.ts";

interface FetchRequest {
  readonly repository: RepositoryRef;
  /** Bare object store that the objects go into. */
  readonly store: string;
  readonly wanted: readonly string[];
}

/** Brings commits and all they need from the hub, as a thin pack against what the host has. Gives the bytes that came. */
export async function fetchObjects(host: HostContext, { repository, store, wanted }: FetchRequest): Promise<number> {
  const patience = { signal: Context.current().cancellationSignal, logger: host.logger };
  const { gitDir } = await openObjectStore({ gitDir: store, shallow: repository.shallow, sample: repository.base });
  const present = await presentObjects(gitDir, wanted);
  const wants = wanted.filter((id) => !present.includes(id));
  if (wants.length === 0) return 0;
  const { haves: known } = await untilHubBack(() => host.hub.openRepository({ repository: repository.id }), patience);
  const haves = await presentObjects(gitDir, [...new Set([...known, ...wanted])]);
  let bytes = 0;
  const counted = async function* () {
    for await (const chunk of host.hub.fetch({ repository: repository.id, wants, haves })) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  await untilHubBack(() => indexPack({ gitDir }, counted()), patience);
  return bytes;
}
