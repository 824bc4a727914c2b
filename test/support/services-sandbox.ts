import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ensureServices } from "../../infra/services/ensure-services.ts";
import { describeServices } from "../../infra/services/read-services.ts";
import { serviceFiles } from "../../infra/services/service-files.ts";
import { stopServices } from "../../infra/services/stop-services.ts";
import { stateDirOf } from "../../config/state-dir.ts";
import { isAlive } from "../../process/process-identity.ts";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const standIn = fileURLToPath(new URL("stand-in-host.mjs", import.meta.url));
const waitMs = 30_000;

/** Services of a state directory of their own: the real Temporal and hub, and a host that does nothing. */
export function servicesSandbox(extra: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "baton-services-"));
  const env = { ...process.env, ...extra, BATON_STATE_DIR: join(folder, "state") };
  const state = stateDirOf(env);
  const files = serviceFiles(state);
  const programs = { hub: join(dist, "hub", "main.js"), host: standIn };
  const told: string[] = [];
  const onProgress = (line: string) => told.push(line);
  return {
    env,
    state,
    files,
    told,
    up: () => ensureServices({ env, onProgress, programs }),
    down: () => stopServices({ env, onProgress }),
    /** The same as `up`, in a process of its own; gives the endpoints. */
    upElsewhere: async () => {
      const module = join(dist, "infra", "services", "ensure-services.js");
      const request = `{ env: process.env, onProgress() {}, programs: ${JSON.stringify(programs)} }`;
      const code = `const { ensureServices } = await import(${JSON.stringify(module)}); console.log(JSON.stringify(await ensureServices(${request})));`;
      const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], { env });
      return JSON.parse(stdout) as Awaited<ReturnType<typeof ensureServices>>;
    },
    pids: () => Object.fromEntries(describeServices(state).map(({ name, pid }) => [name, pid])),
    async until(condition: () => boolean | Promise<boolean>) {
      const deadline = performance.now() + waitMs;
      while (!(await condition())) {
        if (performance.now() > deadline) throw new Error(`waited ${waitMs} ms in vain; ${told.join("; ")}`);
        await delay(50);
      }
    },
    async kill(name: Parameters<typeof files.liveProcess>[0]) {
      const identity = files.liveProcess(name);
      if (identity === undefined) throw new Error(`${name} does not run`);
      process.kill(identity.pid, "SIGKILL");
      while (isAlive(identity)) await delay(5);
    },
    async dispose() {
      await stopServices({ env, onProgress });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
