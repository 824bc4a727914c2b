import { setTimeout as delay } from "node:timers/promises";
import type { Environment } from "../../config/environment.ts";
import { describeProcess } from "../../domain/outcome.ts";
import { signalGroup } from "../../process/process-group.ts";
import { isAlive, type ProcessIdentity } from "../../process/process-identity.ts";
import { startDetached, type DetachedProcess } from "../../process/start-detached.ts";
import { endsInARow, restartDelayMs } from "./backoff.ts";
import { accepts } from "./ports.ts";
import { serviceEnvironment } from "./service-environment.ts";
import { saysReady, type ServiceFiles } from "./service-files.ts";
import type { ServicePlan, ServiceSpec } from "./service-plan.ts";

interface Supervision {
  readonly plan: ServicePlan;
  readonly files: ServiceFiles;
  readonly env: Environment;
  readonly cwd: string;
  /** Value of BATON_SERVICE by which a lost process is found, before the service's name. */
  readonly mark: string;
  readonly signal: AbortSignal;
  /** Aborts when waiting for a restart shall end at once. */
  readonly wake: () => AbortSignal;
  /** Whether the services have lost their state directory and shall end with the supervisor. */
  readonly abandoned: () => boolean;
  readonly log: (line: string) => void;
}

const pollMs = 500;
const readyPollMs = 50;

/** Keeps one service running until aborted; takes over the one that already runs. It stays, unless it is abandoned. */
export async function superviseService(supervision: Supervision, spec: ServiceSpec): Promise<void> {
  const { files, signal, log, wake, abandoned } = supervision;
  let starts = files.readRecord(spec.name)?.starts ?? 0;
  let failures = 0;
  while (!signal.aborted) {
    const startedAt = performance.now();
    const adopted = files.liveProcess(spec.name);
    let end = "ended";
    let identity = adopted;
    if (identity === undefined) {
      await servicesReady(supervision, spec);
      if (signal.aborted) return;
      starts += 1;
      const child = startService(supervision, spec, starts);
      identity = child.identity;
      log(`${spec.name} started (process ${identity?.pid ?? "unknown"})`);
      end = describeProcess(await ended(child, signal));
    } else {
      log(`${spec.name} is running already (process ${identity.pid})`);
      await gone(identity, signal);
    }
    if (signal.aborted) {
      if (abandoned() && identity !== undefined) signalGroup(identity.pid, "SIGTERM");
      return;
    }
    failures = endsInARow(failures, performance.now() - startedAt);
    files.writeRecord(spec.name, { process: undefined, starts, lastEnd: end });
    const waitMs = restartDelayMs(failures);
    log(`${spec.name} ended: ${end}; starting it again in ${waitMs / 1000} s`);
    await delay(waitMs, undefined, { signal: AbortSignal.any([signal, wake()]) }).catch(() => undefined);
  }
}

function startService({ files, env, cwd, mark }: Supervision, spec: ServiceSpec, starts: number): DetachedProcess {
  files.rotateLog(spec.name);
  files.removeReady(spec.name);
  const child = startDetached({
    file: spec.file,
    args: spec.args,
    cwd,
    env: serviceEnvironment(env, { add: { ...spec.env, BATON_SERVICE: `${mark}${spec.name}` }, without: spec.without }),
    logFile: files.logFile(spec.name),
  });
  files.writeRecord(spec.name, { process: child.identity, starts });
  return child;
}

async function servicesReady({ plan, files, signal }: Supervision, spec: ServiceSpec): Promise<void> {
  const awaited = plan.services.filter((each) => spec.after.includes(each.name));
  while (!signal.aborted) {
    const ready = await Promise.all(
      awaited.map(async (each) => saysReady(files, each) && (!("port" in each.ready) || (await accepts(each.ready.port)))),
    );
    if (ready.every(Boolean)) return;
    await delay(readyPollMs, undefined, { signal }).catch(() => undefined);
  }
}

function ended(child: DetachedProcess, signal: AbortSignal): DetachedProcess["ended"] {
  return Promise.race([
    child.ended,
    new Promise<{ kind: "canceled" }>((resolve) => {
      signal.addEventListener("abort", () => resolve({ kind: "canceled" }), { once: true });
    }),
  ]);
}

/** Somebody else's child gives no exit event: only looking tells. */
async function gone(identity: ProcessIdentity, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && isAlive(identity)) await delay(pollMs, undefined, { signal }).catch(() => undefined);
}
