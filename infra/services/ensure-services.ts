import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hubConnectionOf } from "../../config/hub-settings.ts";
import type { Environment } from "../../config/environment.ts";
import { inFolder } from "../../config/folder-failure.ts";
import { readSettings } from "../../config/settings.ts";
import type { StateDir } from "../../config/state-dir.ts";
import { BatonFailure } from "../../domain/failure.ts";
import { startDetached } from "../../process/start-detached.ts";
import { configuredTemporal, type TemporalTarget } from "../temporal-target.ts";
import { awaitReady } from "./await-ready.ts";
import { withFileLock } from "./file-lock.ts";
import { makePlan, type MadePlan, type Programs } from "./make-plan.ts";
import { prepareNamespace } from "./prepare-namespace.ts";
import { programFolder } from "./program-file.ts";
import { readRunningServices } from "./read-services.ts";
import { serviceEnvironment } from "./service-environment.ts";
import { serviceFiles, type ServiceFiles } from "./service-files.ts";
import { serviceNames, type Endpoints } from "./service-plan.ts";
import { reapLost, stopAll, stopOne } from "./stop-services.ts";

export interface EnsureRequest {
  readonly env: Environment;
  /** Told one line for each reason to wait. */
  readonly onProgress: (line: string) => void;
  readonly programs?: Programs;
}

interface Start extends EnsureRequest {
  readonly state: StateDir;
  readonly files: ServiceFiles;
  readonly external: TemporalTarget | undefined;
}

const lockWaitMs = 15 * 60_000;
const readyMs = 60_000;
const supervisorMs = 10_000;

/** Makes sure that Temporal, the hub and the host run and are ready; starts or mends what is not. Safe to call at once. */
export async function ensureServices(request: EnsureRequest): Promise<Endpoints> {
  const { state } = readSettings(request.env);
  const external = await configuredTemporal(request.env);
  const running = readRunningServices(state);
  if (running !== undefined) return sameHub(sameTemporal(running.endpoints, external), request.env);
  const files = serviceFiles(state);
  const next = "set BATON_STATE_DIR to a directory that can be written";
  return inFolder({ root: state.root, what: "Baton's state directory", next }, () => {
    for (const folder of [state.root, state.temporal, state.hub, state.host, state.logs, state.run]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    const onWait = (holder: number) => request.onProgress(`waiting for another baton (process ${holder}) to start the services`);
    return withFileLock({ file: files.lockFile, waitMs: lockWaitMs, onWait }, () =>
      startServices({ ...request, state, files, external }),
    );
  });
}

function sameTemporal(endpoints: Endpoints, wanted: TemporalTarget | undefined): Endpoints {
  const { temporal } = endpoints;
  const same =
    wanted === undefined ? temporal.embedded : wanted.address === temporal.address && wanted.namespace === temporal.namespace;
  if (same) return endpoints;
  const name =
    wanted === undefined ? "Baton's own Temporal server" : `Temporal at ${wanted.address}, namespace ${wanted.namespace}`;
  throw new BatonFailure(
    "Conflict",
    `the services of this machine use Temporal at ${temporal.address}, and the settings name ${name}`,
    {
      next: "baton down, and try again; or correct TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and TEMPORAL_PROFILE",
    },
  );
}

function sameHub(endpoints: Endpoints, env: Environment): Endpoints {
  const wanted = hubConnectionOf(env)?.address;
  if (wanted === undefined || wanted === endpoints.hub.address) return endpoints;
  const message = `the services of this machine use the hub at ${endpoints.hub.address}, and BATON_HUB_ADDRESS names ${wanted}`;
  throw new BatonFailure("Conflict", message, { next: "baton down, and try again; or correct BATON_HUB_ADDRESS" });
}

async function startServices(start: Start): Promise<Endpoints> {
  const { state, files, env, external, onProgress } = start;
  const started = readRunningServices(state);
  if (started !== undefined) return sameHub(sameTemporal(started.endpoints, external), env);
  const hadAny = serviceNames.some((name) => files.liveProcess(name) !== undefined);
  try {
    const embedded = await runPlan(start);
    await awaitReady({ plan: files.readPlan() ?? { build: "", services: [] }, files, onProgress, waitMs: readyMs });
    await prepareNamespace(env, embedded ? files.readEndpoints()?.temporal : undefined);
  } catch (error) {
    // What was started for nothing must not stay behind; what ran before is somebody's.
    if (hadAny) await stopOne(files, "supervisor", supervisorMs);
    else await stopAll({ state, files, onProgress: () => undefined });
    throw error;
  }
  const running = readRunningServices(state);
  if (running !== undefined) return running.endpoints;
  throw new BatonFailure("SetupFailed", "a service ended right after it was ready", { where: state.logs, next: "baton up" });
}

/** Gives whether Temporal is Baton's own server. */
async function runPlan(start: Start): Promise<boolean> {
  const { files, env, external, onProgress } = start;
  const supervisor = files.liveProcess("supervisor");
  const stored = files.readEndpoints();
  if (supervisor !== undefined && stored !== undefined) {
    sameHub(sameTemporal({ ...stored, host: { id: "" } }, external), env);
    // Its record counts a start once it listens to signals; before that this one would end it.
    if (files.readRecord("supervisor")?.starts === 1) process.kill(supervisor.pid, "SIGUSR2");
    return stored.temporal.embedded;
  }
  // Before anything is started for it.
  if (external !== undefined) await prepareNamespace(env, undefined);
  await reapLostOnes(start);
  const made = await makePlan(start);
  await stopMisplaced(start, made);
  files.writePlan(made.plan);
  files.writeEndpoints({ ...made.endpoints, build: made.plan.build });
  const names = made.plan.services.map((spec) => spec.name).join(", ");
  onProgress(`starting ${names} in the background (state in ${start.state.root})`);
  startSupervisor(start);
  return made.endpoints.temporal.embedded;
}

async function reapLostOnes({ state, files }: Start): Promise<void> {
  const known = serviceNames.some((name) => files.liveProcess(name) !== undefined);
  if (!known) await reapLost(state);
}

/** Services that outlived their supervisor are kept, unless the addresses that they were told have changed. */
async function stopMisplaced({ files }: Start, { endpoints }: MadePlan): Promise<void> {
  const before = files.readEndpoints();
  if (before === undefined) return;
  const moved =
    before.temporal.address !== endpoints.temporal.address || before.temporal.namespace !== endpoints.temporal.namespace;
  if (moved || before.hub.address !== endpoints.hub.address) await stopOne(files, "host", supervisorMs);
  if (moved) await stopOne(files, "temporal", supervisorMs);
}

function startSupervisor({ state, files, env }: Start): void {
  files.rotateLog("supervisor");
  const child = startDetached({
    file: process.execPath,
    args: [join(programFolder(), "infra", "services", "supervisor-main.js")],
    cwd: state.root,
    env: serviceEnvironment(env, { add: { BATON_STATE_DIR: state.root } }),
    logFile: files.logFile("supervisor"),
  });
  files.writeRecord("supervisor", { process: child.identity, starts: 0 });
}
