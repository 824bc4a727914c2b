import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { stateDirOf } from "../config/state-dir.ts";
import { serviceFiles } from "../infra/services/service-files.ts";
import { bridgeTo, type Bridge } from "./demo-network.ts";
import {
  baton,
  copySample,
  git,
  heading,
  makeHome,
  makeRepository,
  must,
  runBaton,
  say,
  succeeded,
  waitFor,
} from "./demo-parts.ts";

const turnSeconds = 2;
/** Something untracked that the agent leaves while it works. */
const draft = "src/draft.txt";

/** One person's machine: a home and a state directory of its own. */
interface Machine {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A thread moves from a laptop to a team's host, back in the middle of a turn, there again, and ends while the laptop is off. */
async function demo(): Promise<number> {
  const startedAt = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "baton-handoff-"));
  const [laptop, team] = await Promise.all([makeMachine(folder, "laptop"), makeMachine(folder, "team")]);
  const repository = await makeSlowSample(folder);
  const cleanUp: (() => Promise<unknown>)[] = [async () => Promise.all([runBaton(laptop, ["down"]), runBaton(team, ["down"])])];
  try {
    await Promise.all([must(laptop, ["up"]), must(team, ["up"])]);
    say("Two machines, each with a home, a Temporal Service and a hub of its own: a laptop, and a team's.");
    const remote = serviceFiles(stateDirOf(team.env)).readEndpoints()!;
    const bridge = await bridgeTo([remote.temporal.address, remote.hub.address]);
    cleanUp.unshift(() => bridge.close());
    const host = startHost(folder, { bridge, team, temporal: remote.temporal.address, hub: remote.hub.address });
    cleanUp.unshift(() => host.stop());
    say(`A host of the team, big-1, joins it ${bridge.said}.`);
    const named = ["remote", "add", "team", "--address", remote.temporal.address, "--hub", remote.hub.address];
    say(`$ baton ${named.join(" ")}`);
    say(
      await waitFor("both services answer", async () => {
        const { exitCode, all } = await runBaton(laptop, named);
        return exitCode === 0 && all;
      }),
    );
    const ended = await story({ laptop, team, repository, bigState: join(folder, "big-1", "state") });
    say(`\nThe demo took ${((performance.now() - startedAt) / 1000).toFixed(1)} s. Its files are in ${folder}.`);
    return ended;
  } finally {
    for (const each of cleanUp) await each().catch((error: unknown) => say(String(error)));
  }
}

interface Story {
  readonly laptop: Machine;
  readonly team: Machine;
  readonly repository: string;
  readonly bigState: string;
}

async function story(here: Story): Promise<number> {
  const { laptop, team, repository } = here;
  await waitFor("big-1 is known", async () => (await must(team, ["hosts"])).includes("big-1"));
  heading("The goal begins on the laptop");
  const started = await must({ ...laptop, cwd: repository }, ["run", "../goal.yaml", "--detach", "--json"]);
  const { id, branch } = JSON.parse(started) as { id: string; branch: string };
  say(`$ baton run ../goal.yaml --detach    # thread ${id}`);
  await waitFor("its first turn runs", async () => (await viewOf(laptop, id)).doing === "turn 1");
  heading("When the turn has ended it moves to the team's host");
  await tell(laptop, ["handoff", id, "--to", "team:big-1"]);
  await tell(laptop, ["ls"]);
  await comeBackInMidTurn(here, id);
  heading("It goes to the team's host again");
  await tell(laptop, ["handoff", id, "--to", "team:big-1", "--mode", "interrupt"]);
  const { turn } = await viewOf(laptop, id);
  heading("The laptop loses its power: everything on it gets SIGKILL");
  await kill(laptop);
  heading("The thread goes on, and ends, on big-1");
  const view = await waitFor("it settles", async () => {
    const now = await viewOf(team, id);
    return now.settledAt === null ? undefined : now;
  });
  say(await must(team, ["logs", id]));
  say(`${view.status} after ${view.turn} turns; the laptop saw ${turn} of them.`);
  heading("The laptop is back, and pulls");
  await must(laptop, ["up"]);
  await tell({ ...laptop, cwd: repository }, ["pull", `team:${id}`]);
  say(await git({ cwd: repository }, ["log", "--oneline", "--no-decorate", branch]));
  say(await git({ cwd: repository }, ["diff", "--stat", "main", branch]));
  return view.status === "achieved" ? 0 : 1;
}

/** The agent is stopped with work that is neither committed nor known to git; all of it is on the laptop then. */
async function comeBackInMidTurn({ laptop, bigState }: Story, id: string): Promise<void> {
  heading("In the middle of a turn the laptop pulls it back: the agent is stopped, its half-done work comes along");
  const there = join(bigState, "host", "threads", id, "work");
  const here = join(stateDirOf(laptop.env).root, "host", "threads", id, "work");
  const dirty = await waitFor("its turn there is half done", async () => {
    const changed = await changesIn(there);
    return changed.includes(draft) && changed.includes("cart.js") && changed;
  });
  const left = await contentsIn(there);
  say(`On big-1, git status in the workspace says:\n${dirty}`);
  await tell(laptop, ["pull", `team:${id}`, "--mode", "interrupt"]);
  await waitFor("its work is on the laptop", async () => (await contentsIn(here)) === left);
  const kept = await git({ cwd: here }, ["show", "--stat", "--format=%s", "HEAD"]);
  say(`On the laptop both files are the same, kept as a commit of the interrupted attempt:\n${kept}`);
  say(`$ cat ${draft}\n${await readFile(join(here, draft), "utf8")}`.trimEnd());
}

/** What a half-done turn has touched; empty while it is not all there. */
async function contentsIn(work: string): Promise<string> {
  const files = ["src/cart.js", draft].map((path) => readFile(join(work, path), "utf8"));
  return Promise.all(files).then(
    (texts) => texts.join("\0"),
    () => "",
  );
}

/** Empty while there is no work tree yet. */
async function changesIn(cwd: string): Promise<string> {
  const { stdout } = await execa("git", ["status", "--short"], { cwd, reject: false });
  return stdout ?? "";
}

interface View {
  readonly status: string;
  readonly doing: string;
  readonly turn: number;
  readonly settledAt: string | null;
}

async function viewOf(machine: Machine, id: string): Promise<View> {
  return JSON.parse(await must(machine, ["show", id, "--json"])) as View;
}

async function makeMachine(folder: string, name: string): Promise<Machine> {
  return { name, env: { ...(await makeHome(join(folder, name))), NO_COLOR: "1" } };
}

/** The sample of the other demo, with an agent that takes its time, so that there is a middle to hand it over in. */
async function makeSlowSample(folder: string): Promise<string> {
  const repository = await copySample(folder);
  const slow = join(folder, "slow-agent.sh");
  await writeFile(slow, slowAgent(folder));
  await chmod(slow, 0o755);
  const goal = join(folder, "goal.yaml");
  await writeFile(goal, (await readFile(goal, "utf8")).replace("bin: ./agent.mjs", "bin: ./slow-agent.sh"));
  await makeRepository({ cwd: repository }, `Sell tea and cups\n\n${folder}`);
  return repository;
}

/** The first turn on big-1 writes a draft and thinks, there and back on the laptop, until it is interrupted. */
function slowAgent(folder: string): string {
  const agent = `"${process.execPath}" "${join(folder, "agent.mjs")}"`;
  return [
    "#!/bin/sh",
    `sleep ${turnSeconds}`,
    `if [ "$BATON_HOST" = big-1 ] && mkdir "${join(folder, "drafted")}" 2> /dev/null; then`,
    `  ${agent}`,
    `  echo "where the cent goes: rounded line by line" > ${draft}`,
    "  exec sleep 120",
    "fi",
    `if [ "$BATON_HOST" != big-1 ] && [ -d "${join(folder, "drafted")}" ]; then exec sleep 120; fi`,
    `rm -f ${draft}`,
    `exec ${agent}`,
    "",
  ].join("\n");
}

function startHost(folder: string, joined: { bridge: Bridge; team: Machine; temporal: string; hub: string }) {
  const { bridge, team, temporal, hub } = joined;
  const env = {
    ...team.env,
    HOME: join(folder, "big-1"),
    BATON_STATE_DIR: join(folder, "big-1", "state"),
    TEMPORAL_ADDRESS: bridge.seen(temporal),
    BATON_HUB_ADDRESS: bridge.seen(hub),
  };
  const command = [...bridge.inside, process.execPath, baton, "host", "--name", "big-1", "--places", "2"];
  const running = execa(command[0]!, command.slice(1), { env, extendEnv: false, stdio: "ignore", reject: false, cwd: "/" });
  return {
    async stop() {
      running.kill("SIGTERM");
      await running;
      await rm(join(folder, "big-1", "state", "host", "threads"), { recursive: true, force: true });
    },
  };
}

async function kill({ env }: Machine): Promise<void> {
  const files = serviceFiles(stateDirOf(env));
  for (const name of ["supervisor", "host", "hub", "temporal"] as const) {
    const found = files.liveProcess(name);
    if (found === undefined) continue;
    process.kill(found.pid, "SIGKILL");
    say(`killed: ${name} (process ${found.pid})`);
  }
  await delay(100);
}

async function tell(place: Machine & { readonly cwd?: string }, args: readonly string[]): Promise<void> {
  say(`$ baton ${args.join(" ")}`);
  say((await succeeded(place, args)).all);
}

process.exitCode = await demo();
