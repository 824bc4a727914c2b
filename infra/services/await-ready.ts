import { setTimeout as delay } from "node:timers/promises";
import { BatonFailure } from "../../domain/failure.ts";
import { accepts } from "./ports.ts";
import { saysReady, type ServiceFiles, type SupervisedName } from "./service-files.ts";
import type { ServicePlan, ServiceSpec } from "./service-plan.ts";

interface ReadyRequest {
  readonly plan: ServicePlan;
  readonly files: ServiceFiles;
  readonly onProgress: (line: string) => void;
  readonly waitMs: number;
}

const pollMs = 40;
/** After so many ends while we wait, another start will not help. */
const endsToGiveUp = 3;

/** Waits until every service is ready. Throws `BatonFailure("SetupFailed")` with the end of the log of the one that is not. */
export async function awaitReady({ plan, files, onProgress, waitMs }: ReadyRequest): Promise<void> {
  const deadline = performance.now() + waitMs;
  const startsBefore = new Map(plan.services.map((spec) => [spec.name, files.readRecord(spec.name)?.starts ?? 0]));
  const waiting = new Set(plan.services);
  while (waiting.size > 0) {
    for (const spec of waiting) {
      if (await isReady(files, spec)) {
        waiting.delete(spec);
        onProgress(`${spec.name} is ready`);
        continue;
      }
      const record = files.readRecord(spec.name);
      const starts = (record?.starts ?? 0) - (startsBefore.get(spec.name) ?? 0);
      if (record?.lastEnd !== undefined && starts >= endsToGiveUp)
        throw failure(files, spec.name, `keeps ending (${record.lastEnd})`);
      if (performance.now() > deadline) throw failure(files, spec.name, `is not ready after ${Math.round(waitMs / 1000)} s`);
    }
    if (files.liveProcess("supervisor") === undefined) throw failure(files, "supervisor", "has ended");
    if (waiting.size > 0) await delay(pollMs);
  }
}

async function isReady(files: ServiceFiles, spec: ServiceSpec): Promise<boolean> {
  if (!saysReady(files, spec)) return false;
  return !("port" in spec.ready) || accepts(spec.ready.port);
}

function failure(files: ServiceFiles, name: SupervisedName, what: string): BatonFailure {
  const lines = files.logEnd(name, 8).map((line) => `  ${line.slice(0, 300)}`);
  const message = [`the service "${name}" ${what}; its log ends with:`, ...(lines.length > 0 ? lines : ["  (nothing)"])].join(
    "\n",
  );
  return new BatonFailure("SetupFailed", message, { where: files.logFile(name), next: "baton doctor" });
}
