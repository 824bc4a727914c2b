import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { downloadCall, unaryCall, type OnFailedCall } from "./calls.ts";
import type { Attempt, RecordResult } from "./hub.ts";
import { checkEpoch, checkHost, checkKeys, checkName, checkObjects, checkThread } from "./names.ts";
import type { HubStore } from "./store/open-store.ts";
import type * as wire from "./wire.ts";

type UpkeepMethod =
  | "SettleThread"
  | "ListAttempts"
  | "RecordResult"
  | "ReadResults"
  | "AnnounceHost"
  | "ListHosts"
  | "CollectGarbage"
  | "CheckStore";

/** Calls about hosts, about work that is over, and about the store as a whole. */
export function upkeepHandlers(
  store: HubStore,
  failed: (method: wire.HubMethod) => OnFailedCall,
): Record<UpkeepMethod, UntypedServiceImplementation[string]> {
  return {
    SettleThread: unaryCall(async (request: wire.ClaimEpochRequest) => {
      checkThread(request);
      checkEpoch(request.epoch);
      await store.checkpoints.settle(request);
      return {};
    }, failed("SettleThread")),
    ListAttempts: unaryCall(async (request: wire.ThreadRequest): Promise<wire.ListAttemptsResponse> => {
      checkThread(request);
      return { attempts: (await store.attempts.list(request)).map(toWire) };
    }, failed("ListAttempts")),
    RecordResult: unaryCall((request: RecordResult) => recordResult(store, request), failed("RecordResult")),
    ReadResults: downloadCall(({ repository, keys }: wire.ReadResultsRequest) => {
      checkName("repository", repository);
      checkKeys(keys);
      return store.results.read(repository, keys);
    }, failed("ReadResults")),
    AnnounceHost: unaryCall(async (host: wire.AnnouncedHost) => {
      checkHost(host);
      await store.hosts.announce(host);
      return {};
    }, failed("AnnounceHost")),
    ListHosts: downloadCall(() => listHosts(store), failed("ListHosts")),
    CollectGarbage: unaryCall((request: wire.CollectGarbageRequest) => store.collectGarbage(request), failed("CollectGarbage")),
    CheckStore: unaryCall(() => store.check(), failed("CheckStore")),
  };
}

async function recordResult(store: HubStore, request: RecordResult) {
  checkThread(request);
  checkEpoch(request.epoch);
  checkKeys([request.key]);
  checkObjects([request.commit, ...(request.base ? [request.base] : [])]);
  await store.recordResult(request);
  return {};
}

async function* listHosts(store: HubStore): AsyncGenerator<wire.ListedHost> {
  for (const { lastSeenMs, alive, ...host } of await store.hosts.list())
    yield { host, lastSeenMs: Math.round(lastSeenMs), alive };
}

function toWire({ at, why, ...checkpoint }: Attempt): wire.ListAttemptsResponse["attempts"][number] {
  return { checkpoint, at, why };
}
