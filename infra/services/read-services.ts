import type { StateDir } from "../../config/state-dir.ts";
import { saysReady, serviceFiles } from "./service-files.ts";
import type { Endpoints, ServiceName } from "./service-plan.ts";

export interface RunningServices {
  readonly endpoints: Endpoints;
  /** Identifies the code that they run. */
  readonly build: string;
}

/** The services when all of them run and are ready; a few file reads, nothing is started or asked. */
export function readRunningServices(state: StateDir): RunningServices | undefined {
  const files = serviceFiles(state);
  const plan = files.readPlan();
  const stored = files.readEndpoints();
  if (plan === undefined || stored === undefined || files.liveProcess("supervisor") === undefined) return undefined;
  if (!plan.services.every((spec) => saysReady(files, spec))) return undefined;
  const { build, ...endpoints } = stored;
  return { build, endpoints: { ...endpoints, host: { id: files.readReady("host")?.id ?? "" } } };
}

/** What is known of each service, for people. */
export function describeServices(state: StateDir) {
  const files = serviceFiles(state);
  const plan = files.readPlan();
  const names: readonly ServiceName[] = plan?.services.map((spec) => spec.name) ?? [];
  return names.map((name) => {
    const record = files.readRecord(name);
    const pid = files.liveProcess(name)?.pid;
    return { name, pid, starts: record?.starts ?? 0, lastEnd: record?.lastEnd, log: files.logFile(name) };
  });
}
