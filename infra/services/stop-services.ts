import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Environment } from "../../config/environment.ts";
import { readSettings } from "../../config/settings.ts";
import type { StateDir } from "../../config/state-dir.ts";
import { signalGroup } from "../../process/process-group.ts";
import { isAlive } from "../../process/process-identity.ts";
import { reapProcesses } from "../../process/reap.ts";
import { withFileLock } from "./file-lock.ts";
import { serviceFiles, type ServiceFiles, type SupervisedName } from "./service-files.ts";
import { serviceMark } from "./service-mark.ts";
import { serviceNames } from "./service-plan.ts";

interface StopRequest {
  readonly env: Environment;
  readonly onProgress: (line: string) => void;
}

const pollMs = 40;
const lockWaitMs = 90_000;
const killWaitMs = 5000;
/** Orderly ends first: the supervisor, that nothing is restarted; the host, that it can still report. */
const order: readonly { readonly name: SupervisedName; readonly graceMs: number }[] = [
  { name: "supervisor", graceMs: 5000 },
  { name: "host", graceMs: 30_000 },
  { name: "hub", graceMs: 10_000 },
  { name: "temporal", graceMs: 10_000 },
];

/** Stops the services of this state directory and nothing else. Gives the names of those that ran. */
export async function stopServices({ env, onProgress }: StopRequest): Promise<string[]> {
  const { state } = readSettings(env);
  if (!existsSync(state.run)) return [];
  const files = serviceFiles(state);
  const onWait = (holder: number) => onProgress(`waiting for another baton (process ${holder})`);
  return withFileLock({ file: files.lockFile, waitMs: lockWaitMs, onWait }, () => stopAll({ state, files, onProgress }));
}

/** As `stopServices`, for somebody who holds the lock. */
export async function stopAll(request: {
  state: StateDir;
  files: ServiceFiles;
  onProgress: (line: string) => void;
}): Promise<string[]> {
  const stopped: string[] = [];
  for (const { name, graceMs } of order) {
    if (await stopOne(request.files, name, graceMs)) {
      stopped.push(name);
      request.onProgress(`${name} is stopped`);
    }
  }
  await reapLost(request.state);
  return stopped;
}

/** Ends services that no pid file tells of, because their supervisor was killed right after starting them. */
export async function reapLost(state: StateDir): Promise<void> {
  for (const name of serviceNames) await reapProcesses({ BATON_SERVICE: `${serviceMark(state)}${name}` });
}

export async function stopOne(files: ServiceFiles, name: SupervisedName, graceMs: number): Promise<boolean> {
  const live = files.liveProcess(name);
  if (live !== undefined) {
    const gone = async (waitMs: number) => {
      const deadline = performance.now() + waitMs;
      while (isAlive(live) && performance.now() < deadline) await delay(pollMs);
      return !isAlive(live);
    };
    sendTo(live.pid, "SIGTERM");
    const ended = await gone(graceMs);
    // Whatever it left in its group goes with it.
    if (name !== "supervisor") signalGroup(live.pid, "SIGKILL");
    if (!ended) {
      sendTo(live.pid, "SIGKILL");
      await gone(killWaitMs);
    }
  }
  files.removeRecord(name);
  if (name !== "supervisor") files.removeReady(name);
  return live !== undefined;
}

function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone in the meantime.
  }
}
