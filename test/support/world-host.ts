import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceFiles } from "../../infra/services/service-files.ts";
import { cliFile } from "./run-baton.ts";
import { until } from "./until.ts";

export interface HostWish {
  readonly labels?: readonly string[];
  readonly places?: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Command that runs another one as the same process, as in `ip netns exec`. */
  readonly inside?: readonly string[];
}

/** A machine of its own that `baton host` joined to the world's Temporal server and hub. */
export interface WorldHost {
  readonly id: string;
  readonly pid: number;
  readonly stateDir: string;
  /** Environment of its process, to run the same command again. */
  readonly env: Readonly<Record<string, string>>;
  /** Lines of its log. */
  log(): readonly string[];
  signal(signal: NodeJS.Signals): void;
  /** Exit code, or the signal that ended it. */
  ended(withinMs?: number): Promise<number | NodeJS.Signals>;
  /** Ends it in order, or by force after 30 s; nothing when it has ended. */
  stop(): Promise<void>;
}

interface HostPlace {
  readonly name: string;
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: ServiceFiles;
}

const endMs = 30_000;

/** Starts a host and waits until it is ready. */
export async function startWorldHost({ name, root, env, files }: HostPlace, wish: HostWish = {}): Promise<WorldHost> {
  const stateDir = join(root, "hosts", name);
  mkdirSync(stateDir, { recursive: true });
  const ready = join(stateDir, "ready.json");
  const logFile = join(stateDir, "host.log");
  const { labels = [], places = 4, args = [], inside = [] } = wish;
  const own = { ...env, ...joinedTo(files), BATON_STATE_DIR: stateDir, BATON_READY_FILE: ready, ...wish.env };
  const all = [
    "host",
    "--name",
    name,
    "--places",
    String(places),
    ...(labels.length === 0 ? [] : ["--labels", labels.join(",")]),
  ];
  const log = openSync(logFile, "a");
  const [file = "", ...rest] = [...inside, process.execPath, cliFile, ...all, ...args];
  const child = spawn(file, rest, { cwd: "/", env: own, stdio: ["ignore", log, log] });
  let end: number | NodeJS.Signals | undefined;
  child.on("exit", (code, signal) => (end = signal ?? code ?? -1));
  const readLog = () => readFileSync(logFile, "utf8").split("\n").filter(Boolean);
  const isReady = () => {
    if (end !== undefined) throw new Error(`host ${name} ended with ${end}\n${readLog().join("\n")}`);
    return existsSync(ready) && (JSON.parse(readFileSync(ready, "utf8")) as { pid: number }).pid === child.pid;
  };
  await until(isReady, { why: `host ${name} is ready`, withinMs: 60_000 });
  const ended = async (withinMs = endMs) => {
    await until(() => end !== undefined, { why: `host ${name} has ended\n${readLog().slice(-5).join("\n")}`, withinMs });
    return end!;
  };
  return {
    id: name,
    pid: child.pid!,
    stateDir,
    env: own,
    log: readLog,
    signal: (signal) => void child.kill(signal),
    ended,
    async stop() {
      if (end !== undefined) return;
      child.kill("SIGTERM");
      await ended().catch(async () => {
        child.kill("SIGKILL");
        await ended();
      });
    },
  };
}

function joinedTo(files: ServiceFiles): Record<string, string> {
  const endpoints = files.readEndpoints();
  if (endpoints === undefined) throw new Error("the world's services are not up");
  const { temporal, hub } = endpoints;
  return {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    TEMPORAL_CONFIG_FILE: "/dev/null",
    BATON_HUB_ADDRESS: hub.address,
  };
}
