import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { cacheDirOf, stateDirOf } from "../../config/state-dir.ts";
import { serviceFiles, type SupervisedName } from "../../infra/services/service-files.ts";
import { runBaton, type BatonResult } from "../support/run-baton.ts";

/** Services, home and folders of one bench, on this machine beside whatever else runs. */
export interface BenchWorld {
  readonly root: string;
  readonly env: Record<string, string>;
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  /** Throws with everything it said unless it ends with 0. */
  baton(args: readonly string[], cwd?: string): Promise<BatonResult>;
  /** Resident memory of a service's process, in MB. */
  memoryMb(name: SupervisedName): number;
  /** Processor time of a service's process and its ended children, in milliseconds. */
  processorMs(name: SupervisedName): number;
  close(): Promise<void>;
}

/** `extra` is environment for every command and service. */
export async function openBenchWorld(extra: Readonly<Record<string, string>> = {}): Promise<BenchWorld> {
  const root = mkdtempSync(join(tmpdir(), "baton-bench-"));
  const env = { ...benchEnvironment(root), ...extra };
  const files = serviceFiles(stateDirOf(env));
  const baton = async (args: readonly string[], cwd = root): Promise<BatonResult> => {
    const result = await runBaton(args, { cwd, env, timeoutMs: 120_000 });
    if (result.code !== 0)
      throw new Error(`baton ${args.join(" ")} ended with ${result.code}\n${result.stdout}\n${result.stderr}`);
    return result;
  };
  try {
    await baton(["up"]);
    const { address, namespace } = files.readEndpoints()?.temporal ?? { address: "", namespace: "" };
    const connection = await Connection.connect({ address });
    return {
      root,
      env,
      client: new Client({ connection, namespace }),
      address,
      namespace,
      baton,
      memoryMb: (name) => residentMb(files.liveProcess(name)?.pid),
      processorMs: (name) => processorMs(files.liveProcess(name)?.pid),
      async close() {
        await connection.close();
        await stop(root, baton);
      },
    };
  } catch (error) {
    await stop(root, baton);
    throw error;
  }
}

async function stop(root: string, baton: BenchWorld["baton"]): Promise<void> {
  await baton(["down"]).catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  if (process.env["BATON_KEEP_WORLD"] === undefined) rmSync(root, { recursive: true, force: true });
  else process.stderr.write(`kept ${root}\n`);
}

function benchEnvironment(root: string): Record<string, string> {
  const home = join(root, "home");
  mkdirSync(join(root, "tmp"));
  mkdirSync(home);
  const user = "[user]\n\tname = Ann Example\n\temail = ann@example.org\n[commit]\n\tgpgSign = false\n";
  writeFileSync(join(home, ".gitconfig"), user);
  const kept = ["PATH", "BATON_TEMPORAL_BIN", "BATON_LOG_LEVEL"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    LANG: "C.UTF-8",
    TMPDIR: join(root, "tmp"),
    NO_COLOR: "1",
    BATON_STATE_DIR: join(root, "state"),
    BATON_CACHE_DIR: cacheDirOf(process.env),
    BATON_PLACES: "4",
  };
}

function residentMb(pid: number | undefined): number {
  if (pid === undefined) return Number.NaN;
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

function processorMs(pid: number | undefined): number {
  if (pid === undefined) return Number.NaN;
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // User and system time, own and children's, in hundredths of a second.
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}
