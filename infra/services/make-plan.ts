import { join } from "node:path";
import { hubConnectionOf } from "../../config/hub-settings.ts";
import type { Environment } from "../../config/environment.ts";
import { readSettings } from "../../config/settings.ts";
import type { StateDir } from "../../config/state-dir.ts";
import { searchAttributeFlags } from "../search-attributes.ts";
import { devServerArgs } from "../temporal-server/dev-server-args.ts";
import { resolveTemporalBinary } from "../temporal-server/resolve-temporal-binary.ts";
import { embeddedNamespace, type TemporalTarget } from "../temporal-target.ts";
import { choosePort } from "./ports.ts";
import { currentBuild, programFolder } from "./program-file.ts";
import type { ServiceFiles } from "./service-files.ts";
import type { Endpoints, ServiceName, ServicePlan, ServiceSpec } from "./service-plan.ts";

/** Scripts that the hub and the host run, in place of Baton's own. */
export interface Programs {
  readonly hub: string;
  readonly host: string;
}

interface PlanRequest {
  readonly env: Environment;
  readonly state: StateDir;
  readonly files: ServiceFiles;
  /** Undefined for Baton's own server. */
  readonly external: TemporalTarget | undefined;
  readonly programs?: Programs | undefined;
  readonly onProgress: (line: string) => void;
}

// Memory that a process has written to makes each child it starts dearer: a fork copies the tables of all its pages.
const smallHeap = "--max-semi-space-size=2";

export interface MadePlan {
  readonly plan: ServicePlan;
  readonly endpoints: Omit<Endpoints, "host">;
}

/** Decides what to run and where, keeping the addresses of before as far as they are free or ours. */
export async function makePlan(request: PlanRequest): Promise<MadePlan> {
  const before = request.files.readEndpoints();
  const hub =
    hubConnectionOf(request.env)?.address ?? `127.0.0.1:${await keepPort(request.files, "hub", portOf(before?.hub.address))}`;
  const temporal = request.external === undefined ? await planTemporal(request) : undefined;
  const endpoints = {
    temporal: temporal?.endpoint ?? externalEndpoint(request),
    hub: { address: hub },
  };
  const services = [...(temporal === undefined ? [] : [temporal.spec]), ...programSpecs(request, endpoints)];
  return { plan: { build: currentBuild(), services }, endpoints };
}

function externalEndpoint({ env, external }: PlanRequest): Endpoints["temporal"] {
  const ui = readSettings(env).temporalUi;
  return { ...(external as TemporalTarget), ...(ui === undefined ? {} : { ui }), embedded: false };
}

async function planTemporal({ env, state, files, onProgress }: PlanRequest) {
  const binary = await resolveTemporalBinary({ env, onProgress });
  const before = files.readEndpoints()?.temporal;
  const port = await keepPort(files, "temporal", portOf(before?.address));
  const uiPort = await keepPort(files, "temporal", portOf(before?.ui));
  const namespace = embeddedNamespace(env);
  const args = devServerArgs({
    port,
    uiPort,
    namespace,
    databaseFile: join(state.temporal, "temporal.db"),
    searchAttributes: searchAttributeFlags(),
  });
  const spec: ServiceSpec = { name: "temporal", file: binary.path, args, env: {}, without: [], ready: { port }, after: [] };
  return { spec, endpoint: { address: `127.0.0.1:${port}`, namespace, ui: `http://127.0.0.1:${uiPort}`, embedded: true } };
}

function programSpecs({ env, state, files, programs }: PlanRequest, endpoints: MadePlan["endpoints"]): ServiceSpec[] {
  const scripts = programs ?? { hub: join(programFolder(), "hub", "main.js"), host: join(programFolder(), "workers", "main.js") };
  const { temporal, hub } = endpoints;
  // A profile in the environment would send the host to another service than the one that runs here.
  const without = temporal.embedded ? Object.keys(env).filter((name) => name.startsWith("TEMPORAL_")) : [];
  const temporalEnv: Record<string, string> = temporal.embedded
    ? { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace, TEMPORAL_CONFIG_FILE: "/dev/null" }
    : {};
  const base = (name: "hub" | "host") => ({
    name,
    file: process.execPath,
    args: [smallHeap, scripts[name]],
    without,
    ready: { file: files.readyFile(name) },
  });
  const common = { BATON_STATE_DIR: state.root, MALLOC_ARENA_MAX: "2" };
  const readyFile = (name: ServiceName) => ({ BATON_READY_FILE: files.readyFile(name) });
  // A hub that the environment names is somebody else's to run.
  const ownHub = hubConnectionOf(env) === undefined;
  const hubEnv = { ...common, ...readyFile("hub"), BATON_HUB_PORT: String(portOf(hub.address)) };
  return [
    ...(ownHub ? [{ ...base("hub"), after: [], env: hubEnv }] : []),
    {
      ...base("host"),
      after: [...(temporal.embedded ? (["temporal"] as const) : []), ...(ownHub ? (["hub"] as const) : [])],
      env: { ...common, ...readyFile("host"), ...temporalEnv, BATON_HUB_ADDRESS: hub.address },
    },
  ];
}

/** A port that a living service of ours holds is not free, and right. */
async function keepPort(files: ServiceFiles, name: ServiceName, before: number | undefined): Promise<number> {
  if (before !== undefined && files.liveProcess(name) !== undefined) return before;
  return choosePort(before);
}

function portOf(address: string | undefined): number | undefined {
  const port = Number(/:(\d+)$/.exec(address ?? "")?.[1]);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}
