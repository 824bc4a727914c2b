import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { stateDirOf } from "../config/state-dir.ts";
import type { ThreadView } from "../domain/thread-view.ts";
import type { TranscriptEntry } from "../domain/transcript.ts";
import type { TaskView, TreeView } from "../domain/fan-out/tree-view.ts";
import { serviceFiles } from "../infra/services/service-files.ts";
import { baton, git, heading, makeHome, makeRepository, must, optionsFor, say, waitFor } from "./demo-parts.ts";

const sample = fileURLToPath(new URL("../examples/fan-out/", import.meta.url));
const goal = join(sample, "goal.yaml");
const places = "4";
const longestMs = 10 * 60_000;

interface Demo {
  readonly folder: string;
  /** The repository. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>> & { readonly BATON_STATE_DIR: string };
  /** Aborted when the person goes away. */
  readonly signal: AbortSignal;
}

interface Tree {
  readonly view: TreeView;
  readonly threads: readonly { readonly id: string; readonly host: string }[];
}

/** Thirty subagents on two hosts mend thirty faults; two of them get in each other's way, and one breaks another's test. */
async function demo(): Promise<number> {
  const startedAt = performance.now();
  const gone = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => gone.abort());
  const here = await prepare(gone.signal);
  const services = startServices(here);
  try {
    const code = await story(here, services);
    say(`\nThe demo took ${((performance.now() - startedAt) / 1000).toFixed(1)} s. Both hosts and the services end now.`);
    return code;
  } catch (error) {
    if (!gone.signal.aborted) throw error;
    say("\nInterrupted: both hosts and the services end now.");
    return 130;
  } finally {
    await services.end();
  }
}

async function prepare(signal: AbortSignal): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), "baton-fan-out-"));
  const cwd = join(folder, "shop");
  const env = {
    ...(await makeHome(folder)),
    TERM: process.env["TERM"] ?? "dumb",
    BATON_HOST_NAME: hostName(folder, "laptop"),
    BATON_PLACES: places,
  };
  const here = { folder, cwd, env, signal };
  await execa(process.execPath, [join(sample, "make-repository.mjs"), cwd]);
  await makeRepository(here, "Open the shop");
  return here;
}

/** A host ends what another of its name left on the machine: two demos at once must not be taken for each other. */
function hostName(folder: string, name: string): string {
  return `${name}-${folder.slice(-4).toLowerCase()}`;
}

interface Services {
  /** Starts the second host. */
  join(temporal: string, hub: string): void;
  /** Names a process that has to end with the others; undefined once it has ended. */
  follow(pid: number | undefined): void;
  end(): Promise<void>;
}

/** In the hands of a shell that waits for the end of its input: nothing stays behind, even when this process is killed. */
function startServices({ folder, env }: Demo): Services {
  const script = `
    if read -r TEMPORAL_ADDRESS BATON_HUB_ADDRESS; then
      (
        export TEMPORAL_ADDRESS BATON_HUB_ADDRESS HOME="$3" BATON_STATE_DIR="$3/state" BATON_HOST_NAME="$4"
        exec "$1" "$2" host < /dev/null
      ) &
      host=$!
      while read -r follower; do watching=$follower; done
      kill $watching $host
      wait $host
    fi
    unset TEMPORAL_ADDRESS BATON_HUB_ADDRESS
    "$1" "$2" down`;
  const big = hostName(folder, "big");
  const shell = execa("sh", ["-c", script, "sh", process.execPath, baton, join(folder, "big"), big], {
    env,
    extendEnv: false,
    cwd: "/",
    detached: true,
    cleanup: false,
    stdio: ["pipe", "ignore", "ignore"],
    reject: false,
  });
  return {
    join: (temporal, hub) => shell.stdin.write(`${temporal} ${hub}\n`),
    follow: (pid) => shell.stdin.write(`${pid ?? ""}\n`),
    async end() {
      shell.stdin.end();
      await shell;
    },
  };
}

async function story(here: Demo, services: Services): Promise<number> {
  say(`A sample repository, 30 modules with a fault in each and a test that shows it: ${here.cwd}`);
  say("An agent without a model mends them: it runs a test, and tries small edits until that passes.");
  await must(here, ["up"]);
  const { temporal, hub } = serviceFiles(stateDirOf(here.env)).readEndpoints()!;
  services.join(temporal.address, hub.address);
  const big = hostName(here.folder, "big");
  await waitFor(`${big} is known`, async () => (await must(here, ["hosts"])).includes(big), here.signal);
  say(`Two hosts with ${places} places each share a Temporal Service and a hub.\n`);
  say(await must(here, ["hosts"]));
  heading(`The goal, ${goal}`);
  say((await readFile(goal, "utf8")).trimEnd());
  const { id, branch } = JSON.parse(await must(here, ["run", goal, "--detach", "--json"])) as { id: string; branch: string };
  heading(`baton run goal.yaml --detach; baton tree ${id} -f`);
  await watch(here, services, id);
  const view = JSON.parse(await must(here, ["show", id, "--json"])) as ThreadView;
  await showMerges(here, id);
  await showHosts(here, id);
  heading(`The branch ${branch}`);
  const [merges, tests] = [await git(here, ["rev-list", "--count", "--merges", `main..${branch}`]), await testsOn(here, branch)];
  say(await git(here, ["diff", "--shortstat", "main", branch]));
  say(`${merges} merge commits, each with the name of its task and thread. npm test there: ${tests}`);
  say(`${view.status}: ${view.reason}`);
  heading("In Temporal UI, every subagent beside its parent; the services end with the demo, this brings them back");
  say(`export BATON_STATE_DIR=${here.env.BATON_STATE_DIR}`);
  for (const args of ["up", `ui ${id}`, "ls --subagents --all", "down"]) say(`${baton} ${args}`);
  return view.status === "achieved" ? 0 : 1;
}

/** What the merge queue took and refused, and what the agents that were told of it did then. */
async function showMerges(here: Demo, id: string): Promise<void> {
  heading("The merge queue");
  const events = await eventsOf(here, id);
  for (const event of events) {
    if (event.kind === "merge refused") say(`  refused: ${event.task} (${event.why}) ${event.text}`);
    if (event.kind === "merge ended")
      say(
        `merge ${event.merge}: ${event.merged} of ${event.tasks} merged, verified ${event.verifications === 1 ? "once" : `${event.verifications} times`}`,
      );
  }
  const { view } = await treeOf(here, id);
  for (const task of view.tasks.filter(({ rebases }) => rebases > 0)) await showAgain(here, task);
}

async function showAgain(here: Demo, { name, thread }: TaskView): Promise<void> {
  if (thread === null) return;
  heading(`${name} was done again on top of the merged work, by ${thread}`);
  for (const event of await eventsOf(here, thread)) if (event.kind === "message") say(event.text);
}

async function showHosts(here: Demo, id: string): Promise<void> {
  const { view, threads } = await treeOf(here, id);
  const hosts = [...new Set(threads.map(({ host }) => host))].toSorted();
  const counts = hosts.map((host) => `${threads.filter((each) => each.host === host).length} on ${host}`);
  heading("In numbers");
  say(`${view.counts.merged} of ${view.tasks.length} tasks merged in ${view.merges} merges`);
  say(`${threads.length} subagents: ${counts.join(", ")}`);
}

async function eventsOf(here: Demo, thread: string): Promise<TranscriptEntry["event"][]> {
  const lines = (await must(here, ["logs", thread, "--json"])).split("\n");
  return lines.filter((line) => line !== "").map((line) => (JSON.parse(line) as TranscriptEntry).event);
}

async function treeOf(here: Demo, id: string): Promise<Tree> {
  return JSON.parse(await must(here, ["tree", id, "--json"])) as Tree;
}

async function testsOn(here: Demo, branch: string): Promise<string> {
  const checkout = join(here.folder, "merged");
  await git(here, ["worktree", "add", "--quiet", checkout, branch]);
  const ran = await execa("npm", ["test"], { ...optionsFor({ ...here, cwd: checkout }), reject: false });
  const [passed, failed] = ["pass", "fail"].map((word) => new RegExp(`^. ${word} (\\d+)$`, "m").exec(ran.stdout)?.[1] ?? "?");
  return `exit code ${ran.exitCode}, ${passed} tests pass, ${failed} fail`;
}

/** The tree of a thread on the screen, until the thread settles. */
async function watch(here: Demo, services: Services, thread: string): Promise<void> {
  const options = { ...optionsFor(here), stdio: "inherit", timeout: longestMs, reject: false } as const;
  const tree = execa(process.execPath, [baton, "tree", thread, "--follow"], options);
  services.follow(tree.pid);
  await tree;
  services.follow(undefined);
  here.signal.throwIfAborted();
}

process.exitCode = await demo();
