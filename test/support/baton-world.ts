import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { cacheDirOf, stateDirOf } from "../../config/state-dir.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import { serviceNames } from "../../infra/services/service-plan.ts";
import { serviceFiles, type SupervisedName } from "../../infra/services/service-files.ts";
import { isAlive } from "../../process/process-identity.ts";
import { closeWorld } from "./close-world.ts";
import { processesWith, type FoundProcess } from "./processes.ts";
import { makeRepository, type Files } from "./repository.ts";
import { runBaton, type BatonOptions, type BatonResult } from "./run-baton.ts";
import { makeScript, type Plan, type Script } from "./script.ts";
import { testThread, type TestGoal, type TestThread } from "./test-thread.ts";
import { until } from "./until.ts";
import { connectToWorld, type WorldClient } from "./world-client.ts";
import { startWorldHost, type HostWish, type WorldHost } from "./world-host.ts";

/** What a test says about one goal; the rest of the goal file has defaults that suit tests. */
export interface GoalWish {
  readonly files?: Files;
  readonly plan: Plan;
  /** Keys of the goal file, over the defaults. */
  readonly goal?: Keys | ((script: Script) => Keys);
}

type Keys = Readonly<Record<string, unknown>>;
type Extra = Readonly<Record<string, string>>;

interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: Extra;
}

/** A person's machine of its own: home, state, services and repositories. */
export type BatonWorld = Awaited<ReturnType<typeof createWorld>>;

/** Several worlds may start at once on a busy machine. */
const upMs = 110_000;

/** One a test file; `close` it when its tests are done. `extra` is environment for every command and service. */
export async function createWorld(extra: Extra = {}) {
  const root = mkdtempSync(join(tmpdir(), "baton-world-"));
  const env = worldEnvironment(root, extra);
  const files = serviceFiles(stateDirOf(env));
  const allowedOpen = new Map<string, string>();
  const hosts: WorldHost[] = [];
  let cases = 0;
  let connected: Promise<WorldClient> | undefined;

  const baton = (args: readonly string[], options: BatonOptions = {}): Promise<BatonResult> =>
    runBaton(args, { ...options, env: { ...env, ...options.env } });
  const must = async (...args: readonly string[]) => succeeded(await baton(args), args);
  const client = async () => await (connected ??= connectToWorld(files));
  succeeded(await baton(["up"], { timeoutMs: upMs }), ["up"]);

  async function prepare({ files = { "README.md": "sample\n" }, plan, goal = {} }: GoalWish): Promise<TestGoal> {
    const name = `case-${(cases += 1)}`;
    const repository = await makeRepository(join(root, "repositories", name), { files, env });
    const script = makeScript(join(root, "scripts", name), plan);
    const keys = typeof goal === "function" ? goal(script) : goal;
    const file = join(root, "goals", `${name}.yaml`);
    mkdirSync(join(root, "goals"), { recursive: true });
    writeFileSync(
      file,
      stringify({ goal: `Goal of ${name}`, agents: script.agents, verify: [{ name: "done", run: "test -f done" }], ...keys }),
    );
    return { repository, script, file };
  }

  async function run(prepared: TestGoal, { args = [], env = {} }: StartOptions = {}): Promise<TestThread> {
    const all = ["run", prepared.file, "-d", "--json", ...args];
    const started = succeeded(await baton(all, { cwd: prepared.repository.path, env }), all);
    const { id, branch } = started.json() as { id: string; branch: string };
    return testThread({ ...prepared, id, branch, look: async () => (await client()).view(id) });
  }

  async function host(name: string, wish?: HostWish): Promise<WorldHost> {
    // An attempt of the same test that failed may have left one.
    await Promise.all(hosts.filter(({ id }) => id === name).map((each) => each.stop()));
    const started = await startWorldHost({ name, root, env, files }, wish);
    hosts.push(started);
    return started;
  }

  return {
    root,
    env,
    files,
    baton,
    must,
    prepare,
    run,
    /** Joins another host, with a state directory of its own, by `baton host`. */
    host,
    start: async (wish: GoalWish, options?: StartOptions) => run(await prepare(wish), options),
    /** The thread as `show --json` gives it. */
    view: async (thread: string) => (await must("show", thread, "--json")).json() as ThreadView,
    client: async () => (await client()).client,
    pids: () => Object.fromEntries(serviceNames.map((name) => [name, files.liveProcess(name)?.pid])),
    async kill9(name: SupervisedName): Promise<void> {
      const identity = files.liveProcess(name);
      if (identity === undefined) throw new Error(`${name} does not run`);
      process.kill(identity.pid, "SIGKILL");
      await until(() => !isAlive(identity), { why: `${name} is gone` });
    },
    /** Everything that works for the thread on this machine. */
    processesOf: (thread: string): FoundProcess[] => processesWith(`HOME=${env["HOME"]}`, `BATON_THREAD=${thread}`),
    /** Lets a thread be unsettled when the world closes. */
    allowOpen: (thread: string, reason: string) => allowedOpen.set(thread, reason),
    close: () =>
      closeWorld({
        root,
        home: env["HOME"] ?? "",
        baton,
        connected: connected ?? connectToWorld(files),
        allowedOpen,
        stopHosts: () => Promise.all(hosts.map((each) => each.stop())),
      }),
  };
}

/** Short waits, and nothing of the developer's own settings. */
function worldEnvironment(root: string, extra: Extra): Record<string, string> {
  const home = join(root, "home");
  mkdirSync(join(root, "tmp"), { recursive: true });
  mkdirSync(home);
  writeFileSync(
    join(home, ".gitconfig"),
    "[user]\n\tname = Ann Example\n\temail = ann@example.org\n[commit]\n\tgpgSign = false\n",
  );
  const temporal = process.env["BATON_TEMPORAL_BIN"];
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    USER: "ann",
    LANG: "C.UTF-8",
    TMPDIR: join(root, "tmp"),
    NO_COLOR: "1",
    BATON_STATE_DIR: join(root, "state"),
    BATON_CACHE_DIR: cacheDirOf(process.env),
    ...(temporal === undefined ? {} : { BATON_TEMPORAL_BIN: temporal }),
    BATON_PLACES: "8",
    BATON_HEARTBEAT_TIMEOUT_MS: "5000",
    BATON_STALL_MS: "60000",
    BATON_BACKOFF_MS: "200",
    BATON_BACKOFF_MAX_MS: "400",
    ...extra,
  };
}

function succeeded(result: BatonResult, args: readonly string[]): BatonResult {
  if (result.code === 0) return result;
  throw new Error(`baton ${args.join(" ")} ended with ${result.code}\n${result.stdout}\n${result.stderr}`);
}
