import { existsSync } from "node:fs";
import { stateDirOf } from "../../config/state-dir.ts";
import { identifyProcess } from "../../process/process-identity.ts";
import { serviceFiles } from "./service-files.ts";
import { serviceMark } from "./service-mark.ts";
import type { ServicePlan } from "./service-plan.ts";
import { superviseService } from "./supervise.ts";

const lookMs = 2000;

const state = stateDirOf(process.env);
const files = serviceFiles(state);
const stop = new AbortController();
let wake = new AbortController();
// The services stay: whoever stops the supervisor stops them too, or another supervisor takes them over.
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop.abort());
process.on("SIGHUP", () => undefined);
process.on("SIGUSR2", () => {
  wake.abort();
  wake = new AbortController();
});

const log = (line: string) => process.stdout.write(`${new Date().toISOString()} ${line}\n`);

process.exitCode = await main();
process.exit();

async function main(): Promise<number> {
  const plan = files.readPlan();
  const running = files.liveProcess("supervisor");
  if (plan === undefined || (running !== undefined && running.pid !== process.pid)) {
    log(plan === undefined ? "there is no plan to follow" : `another supervisor is running (process ${running?.pid})`);
    return 1;
  }
  files.writeRecord("supervisor", { process: identifyProcess(process.pid), starts: 1 });
  const looking = setInterval(() => {
    if (files.readRecord("supervisor")?.process?.pid !== process.pid) stop.abort();
  }, lookMs);
  await follow(plan);
  clearInterval(looking);
  if (files.readRecord("supervisor")?.process?.pid === process.pid) files.removeRecord("supervisor");
  return 0;
}

async function follow(plan: ServicePlan): Promise<void> {
  const supervision = {
    plan,
    files,
    env: process.env,
    cwd: state.root,
    mark: serviceMark(state),
    signal: stop.signal,
    wake: () => wake.signal,
    abandoned: () => !existsSync(state.run),
    log,
  };
  await Promise.all(plan.services.map((spec) => superviseService(supervision, spec)));
}
