import { existsSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { StateDir } from "../../config/state-dir.ts";
import { isAlive, type ProcessIdentity } from "../../process/process-identity.ts";
import type { Endpoints, ServiceName, ServicePlan, ServiceSpec } from "./service-plan.ts";
import { readStateFile, writeStateFile } from "./state-file.ts";

export type SupervisedName = ServiceName | "supervisor";

/** What the pid file of a service says. */
export interface ServiceRecord {
  readonly process: ProcessIdentity | undefined;
  /** How often the supervisor has started it. */
  readonly starts: number;
  /** How it ended last. */
  readonly lastEnd?: string;
}

interface ReadyFile {
  readonly pid: number;
  readonly address?: string;
  readonly id?: string;
}

type StoredEndpoints = Omit<Endpoints, "host"> & { readonly build: string };

const rotateBytes = 20 * 1024 * 1024;

/** The files by which `up`, `down` and the supervisor know of the services of one state directory. */
export function serviceFiles(state: StateDir) {
  const pidFile = (name: SupervisedName) => join(state.run, `${name}.pid.json`);
  const logFile = (name: SupervisedName) => join(state.logs, `${name}.log`);
  const endpointsFile = join(state.run, "endpoints.json");
  const planFile = join(state.run, "plan.json");
  const readyFile = (name: ServiceName) => join(state.run, `${name}.ready.json`);
  return {
    planFile,
    logFile,
    readyFile,
    lockFile: join(state.run, "services.lock"),
    readPlan: () => readStateFile(planFile) as ServicePlan | undefined,
    writePlan: (plan: ServicePlan) => writeStateFile(planFile, plan),
    readEndpoints: () => readStateFile(endpointsFile) as StoredEndpoints | undefined,
    writeEndpoints: (endpoints: StoredEndpoints) => writeStateFile(endpointsFile, endpoints),
    readRecord: (name: SupervisedName) => readStateFile(pidFile(name)) as ServiceRecord | undefined,
    writeRecord: (name: SupervisedName, record: ServiceRecord) => writeStateFile(pidFile(name), record),
    removeRecord: (name: SupervisedName) => rmSync(pidFile(name), { force: true }),
    readReady: (name: ServiceName) => readStateFile(readyFile(name)) as ReadyFile | undefined,
    removeReady: (name: ServiceName) => rmSync(readyFile(name), { force: true }),
    liveProcess: (name: SupervisedName): ProcessIdentity | undefined => {
      const process = (readStateFile(pidFile(name)) as ServiceRecord | undefined)?.process;
      return process !== undefined && isAlive(process) ? process : undefined;
    },
    rotateLog: (name: SupervisedName) => {
      const file = logFile(name);
      if (existsSync(file) && statSync(file).size > rotateBytes) renameSync(file, `${file}.1`);
    },
    /** The last lines of a log, without blank ones. */
    logEnd: (name: SupervisedName, lines: number) => {
      const file = logFile(name);
      if (!existsSync(file)) return [];
      return readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line.trim() !== "")
        .slice(-lines);
    },
  };
}

export type ServiceFiles = ReturnType<typeof serviceFiles>;

/** Whether a service runs and has said that it is ready. A port is taken as ready: only a connection can tell. */
export function saysReady(files: ServiceFiles, spec: ServiceSpec): boolean {
  const live = files.liveProcess(spec.name);
  if (live === undefined) return false;
  return "port" in spec.ready || files.readReady(spec.name)?.pid === live.pid;
}
