import { Context } from "@temporalio/activity";
import { BatonFailure } from "../../domain/failure.ts";
import type { RepositoryRef } from "../../domain/repository.ts";
import { openObjectStore, presentObjects } from "../../git/object-store.ts";
import { indexPack } from "../../git/pack.ts";
import type { HostContext } from "../host-context.ts";
import { untilHubBack } from "../until-hub-back.ts";

interface FetchRequest {
  readonly repository: RepositoryRef;
  /** Bare object store that the objects go into. */
  readonly store: string;
  readonly wanted: readonly string[];
  /** Commits that store and hub are known to have: they spare asking what is there. */
  readonly known?: readonly string[];
}

/** Brings commits and all they need from the hub, as a thin pack against what the host has. Gives the bytes that came. */
export async function fetchObjects(host: HostContext, request: FetchRequest): Promise<number> {
  const { repository, store, wanted, known = [] } = request;
  await openObjectStore({ gitDir: store, shallow: repository.shallow, sample: repository.base });
  if (known.length === 0) return fetchUnknown(host, request);
  const unknown = wanted.filter((id) => !known.includes(id));
  // A single one is the newest checkpoint, which nobody asks for twice.
  const present = unknown.length > 1 ? await presentObjects(store, unknown) : [];
  const wants = unknown.filter((id) => !present.includes(id));
  try {
    return await fetchPack(host, request, { wants, haves: known });
  } catch (error) {
    if (!(error instanceof BatonFailure && error.type === "Workspace")) throw error;
    host.logger.warn({ error: error.message, store }, "the store lacks what it was known to have; fetching more");
    return fetchUnknown(host, request);
  }
}

/** Whether the hub does not have what was asked for. */
export function isMissing(error: unknown): boolean {
  return error instanceof BatonFailure && error.type === "NotFound";
}

async function fetchUnknown(host: HostContext, request: FetchRequest): Promise<number> {
  const { repository, store, wanted } = request;
  const present = await presentObjects(store, wanted);
  const wants = wanted.filter((id) => !present.includes(id));
  if (wants.length === 0) return 0;
  const asked = () => host.hub.openRepository({ repository: repository.id });
  const { haves } = await untilHubBack(asked, patienceOf(host));
  return fetchPack(host, request, { wants, haves: await presentObjects(store, [...new Set([...haves, ...wanted])]) });
}

async function fetchPack(
  host: HostContext,
  { repository, store }: FetchRequest,
  pack: { readonly wants: readonly string[]; readonly haves: readonly string[] },
): Promise<number> {
  if (pack.wants.length === 0) return 0;
  let bytes = 0;
  const counted = async function* () {
    for await (const chunk of host.hub.fetch({ repository: repository.id, ...pack })) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  await untilHubBack(() => indexPack({ gitDir: store }, counted()), patienceOf(host));
  return bytes;
}

function patienceOf(host: HostContext) {
  return { signal: Context.current().cancellationSignal, logger: host.logger };
}
