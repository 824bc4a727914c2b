import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tokens } from "../../domain/quantities.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import { runGit } from "../../git/git.ts";
import type { ThreadRecord } from "../../hub/store/thread-records.ts";
import { createCrashWorld, type CrashWorld, type Machine } from "../support/crash-world.ts";
import { violations } from "../support/invariants.ts";
import { withoutScripts, type Step } from "../support/model-server-script.ts";
import { startModelServer, type ModelServer } from "../support/model-server.ts";
import { codexSandboxArgs } from "../support/real-agents.ts";
import { realClaude, realCodex, requestKind, type GoalAgent } from "../support/real-workers.ts";
import type { Script } from "../support/script.ts";
import type { TestThread } from "../support/test-thread.ts";
import { until } from "../support/until.ts";

let crash: CrashWorld;
let server: ModelServer;
let machines: readonly Machine[];
/** Saves a turn that runs every minute only, as hosts do. */
let shelf: Machine;

beforeAll(async () => {
  server = await startModelServer();
  // The model's server is on this machine's loopback.
  crash = await createCrashWorld({ BATON_KEEP_PLACE_MS: "300000" }, { ownNetworks: false });
  const wish = { labels: ["far"], args: ["--no-workflows"], env: { BATON_CHECKPOINT_MS: "1000" } };
  machines = await Promise.all([crash.machine("desk", wish), crash.machine("rack", wish)]);
  shelf = await crash.machine("shelf", { args: wish.args });
}, 300_000);
afterAll(async () => {
  await crash.close();
  await server.close();
});

/** Real agents take seconds to start, more of them on a busy machine. */
const longMs = 90_000;

/** Usage of one call of the scripted model. */
const callTokens = 1050;

const files = { "README.md": "sample\n", "old.txt": "old\n", ".gitignore": "*.log\n" };

type Turns = (script: Script) => Readonly<Record<number, readonly Step[]>>;

/** A thread whose worker does these steps turn by turn; on the desk, if not on any. */
async function start(worker: GoalAgent, turns: Turns, args: readonly string[] = ["--on", "desk"]) {
  const goal = (script: Script) => {
    const blocks = Object.entries(turns(script)).map(([turn, steps]) => `@@turn ${turn}: ${JSON.stringify(steps)}@@`);
    const host = args.length === 0 ? { host: { labels: ["far"] } } : {};
    return { background: blocks.join("\n"), agents: { worker }, budget: { tokens: 20_000 }, ...host };
  };
  return await crash.world.start({ plan: { turns: {} }, files, goal }, { args });
}

/** Orders a move while the agent stands at a gate, opens it when the target is ready, and gives the view from there. */
async function drainTo(thread: TestThread, to: string, gates: { at: string; next: string }): Promise<ThreadView> {
  await thread.script.reached(gates.at);
  await crash.world.must("handoff", thread.id, "--to", to, "--detach");
  await thread.when("the target is ready", ({ handoff }) => handoff?.phase === "ready");
  thread.script.open(gates.at);
  await thread.when(`it works on ${to}`, ({ host, doing }) => host === to && doing.includes("turn"), longMs);
  await thread.script.reached(gates.next);
  return await thread.view();
}

/** What the agent sent to its model in a turn, oldest first: the whole conversation each time, without scripts. */
function requestsOf(thread: TestThread, worker: GoalAgent, turn: number): readonly string[] {
  const prompt = (n: number) => `Turn ${n} of thread ${thread.id}`;
  const own = server.requests.filter(({ kind, text }) => kind === requestKind(worker) && text.includes(prompt(turn)));
  return own.filter(({ text }) => !text.includes(prompt(turn + 1))).map(({ text }) => withoutScripts(text));
}

/** The newest `name=value` line that a command printed. */
const printed = (request: string | undefined, name: string): string | undefined =>
  [...(request ?? "").matchAll(new RegExp(`^${name}=(.+)$`, "gm"))].at(-1)?.[1];

/** Waits until the hub has work of a turn that still runs, made after this moment. */
async function savedInside(thread: TestThread): Promise<void> {
  const hub = join(crash.world.env["BATON_STATE_DIR"] ?? "", "hub");
  const place = printed(server.requests.findLast(({ text }) => text.includes(thread.id))?.text, "place") ?? "";
  writeFileSync(join(place, "late.txt"), "late\n");
  const isSaved = async () => {
    const record = JSON.parse(readFileSync(join(hub, "threads", `${thread.id}.json`), "utf8")) as ThreadRecord;
    const gitDir = join(hub, "repositories", `${record.repository}.git`);
    const late = ["cat-file", "-e", `${record.checkpoint?.snapshot}:work/late.txt`];
    return (await runGit(late, { cwd: gitDir, gitDir })).code === 0;
  };
  await until(isSaved, { why: "the turn is saved" });
}

/** Files of a session, wherever below a machine's home its agent keeps them. */
function sessionFiles(machine: string, id: string): string[] {
  const home = join(crash.world.root, "homes", machine);
  const names = readdirSync(home, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(`${id}.jsonl`)).map((name) => readFileSync(join(home, name), "utf8"));
}

const agents = [
  { name: "codex", make: async () => realCodex(server.url, await codexSandboxArgs()), tellsCost: false },
  { name: "claude", make: async () => realClaude(server.url), tellsCost: true },
];

describe.each(agents)("the real $name, handed from host to host,", ({ make, tellsCost }) => {
  test("goes on with one conversation, there and back over the stale copies of the first visit", async () => {
    const worker = await make();
    const thread = await start(worker, (script) => ({
      1: [
        { sh: "echo fact=$BATON_HOST-$((40+2)); echo place=$PWD" },
        { sh: "echo edited >> README.md; rm old.txt; mkdir notes; echo $BATON_HOST > 'notes/a b.txt'; echo no > build.log" },
        { sh: script.gateCommand("one") },
        { say: "the word is quagga" },
      ],
      2: [
        {
          sh: "echo fact=$BATON_HOST-$((40+3)); echo place=$PWD; echo seen=$(cat README.md notes/*; ls old.txt build.log stray.txt 2>/dev/null)",
        },
        { sh: `echo $BATON_HOST >> 'notes/a b.txt'; ${script.gateCommand("two")}` },
        { recall: "fact=desk-42" },
      ],
      3: [
        { sh: "echo place=$PWD; echo seen=$(cat README.md notes/*; ls old.txt stray.txt 2>/dev/null); touch done" },
        { sh: script.gateCommand("three") },
        { recall: "fact=rack-43" },
      ],
    }));
    const spentIn = (...turns: readonly number[]) => ({
      tokens: callTokens * turns.flatMap((turn) => requestsOf(thread, worker, turn)).length,
    });
    const there = await drainTo(thread, "rack", { at: "one", next: "two" });
    expect(there).toMatchObject({ host: "rack", epoch: 2, moved: { ok: true }, spent: spentIn(1) });
    const id = there.session?.id ?? "";
    const stale = printed(requestsOf(thread, worker, 1).at(-1), "place") ?? "";
    expect(existsSync(stale)).toBe(true);
    writeFileSync(join(stale, "stray.txt"), "nobody's\n");
    expect(sessionFiles("desk", id).map((text) => withoutScripts(text).includes("fact=rack-43"))).toEqual([false]);

    const back = await drainTo(thread, "desk", { at: "two", next: "three" });
    expect(back).toMatchObject({ host: "desk", epoch: 3, session: { id }, spent: spentIn(1, 2) });
    thread.script.open("three");
    const view = await thread.settled("achieved", longMs);
    expect(view).toMatchObject({ turn: 3, epoch: 3, session: { id }, spent: spentIn(1, 2, 3) });
    expect(view.turns.map(({ turn, attempt, tokens }) => [turn, attempt, tokens])).toEqual(
      [1, 2, 3].map((turn) => [turn, 1, spentIn(turn).tokens]),
    );
    expect(view.turns.every(({ usd }) => (usd !== undefined) === tellsCost)).toBe(true);

    const [two, three] = [2, 3].map((turn) => requestsOf(thread, worker, turn));
    // The very first request after each move holds all that was said before it.
    expect(two?.[0]).toMatch(/fact=desk-42[^]*the word is quagga[^]*Turn 2 of/);
    expect(three?.[0]).toMatch(/fact=desk-42[^]*the word is quagga[^]*fact=rack-43[^]*recall fact=desk-42: yes[^]*Turn 3 of/);
    expect(two?.[0]).toContain(`tokens: ${tokens(spentIn(1).tokens)} of 20k used`);
    expect(three?.[0]).toContain(`tokens: ${tokens(spentIn(1, 2).tokens)} of 20k used`);
    expect([two?.at(-1), three?.at(-1)].map((last) => printed(last, "seen"))).toEqual([
      "sample edited desk",
      "sample edited desk rack",
    ]);
    expect(printed(two?.at(-1), "place")).not.toBe(stale);
    expect(printed(three?.at(-1), "place")).toBe(stale);

    const said = (await crash.world.must("logs", thread.id)).stdout;
    expect(said).toContain("recall fact=rack-43: yes");
    expect(said.match(/\(resumed session\)/g)).toHaveLength(2);
    expect(await violations(crash.world, thread, { turns: 3 })).toEqual([]);
  });

  test("stopped in the middle of a turn, goes on with what was said and made in it", async () => {
    const worker = await make();
    const thread = await start(worker, (script) => ({
      1: [{ sh: "echo fact=$BATON_HOST-$((40+2)) | tee fact.txt" }, { say: "the word is quagga" }],
      2: [
        { sh: "echo part=$BATON_ATTEMPT-$BATON_HOST-$((40+3)); echo half >> half.txt" },
        {
          sh: `test $BATON_ATTEMPT = 2 || { echo open > open.txt; ${script.gateCommand("never")}; }; echo seen=$(cat half.txt open.txt)`,
        },
        { sh: "touch done" },
        { recall: "part=1-desk-43" },
      ],
    }));
    await thread.script.reached("never");
    const before = await thread.view();
    const moved = await crash.world.must("handoff", thread.id, "--to", "rack", "--mode", "interrupt");
    expect(moved.stdout).toContain("is on rack");
    const view = await thread.settled("achieved", longMs);

    const { session } = before;
    expect(view).toMatchObject({ epoch: 2, moved: { to: "rack", ok: true }, session });
    expect(view.turns.map(({ turn, attempt }) => `${turn}.${attempt}`)).toEqual(["1.1", "2.1", "2.2"]);
    const resumed = requestsOf(thread, worker, 2).find((text) => text.includes("This is attempt 2"));
    expect(resumed).toMatch(/fact=desk-42[^]*the word is quagga[^]*part=1-desk-43[^]*This is attempt 2/);
    const last = requestsOf(thread, worker, 2).at(-1);
    expect(printed(last, "part")).toBe("2-rack-43");
    expect(printed(last, "seen")).toBe("half half open");
    expect((await crash.world.must("logs", thread.id)).stdout).toContain("recall part=1-desk-43: yes");
    // Every call is counted once, those of the attempt that was cut off as well.
    const calls = [1, 2].flatMap((turn) => requestsOf(thread, worker, turn)).length;
    expect(view.spent.tokens).toBe(calls * callTokens);
    expect(await violations(crash.world, thread, { turns: 2 })).toEqual([]);
  });

  test("whose host is lost in the middle of a turn, goes on elsewhere with what was said in it", async () => {
    const worker = await make();
    const turns: Turns = (script) => ({
      1: [{ sh: "echo fact=$((40+2)) | tee fact.txt" }, { say: "the word is quagga" }],
      2: [
        { sh: "echo part=$BATON_ATTEMPT-$((40+3)); echo place=$PWD; echo half >> half.txt" },
        { sh: `test $BATON_ATTEMPT = 2 || ${script.gateCommand("never")}; echo seen=$(cat half.txt late.txt); touch done` },
        { recall: "part=1-43" },
      ],
    });
    const thread = await start(worker, turns, []);
    await thread.script.reached("never");
    const { host, session } = await thread.view();
    await savedInside(thread);
    const lost = machines.find(({ name }) => name === host);
    await lost?.powerOff();
    const view = await thread.settled("achieved", longMs);
    await lost?.start();

    expect(view).toMatchObject({ session });
    expect(view.turns.map(({ turn, attempt }) => `${turn}.${attempt}`)).toEqual(["1.1", "2.2"]);
    const resumed = requestsOf(thread, worker, 2).find((text) => text.includes("This is attempt 2"));
    expect(resumed).toMatch(/fact=42[^]*the word is quagga[^]*part=1-43[^]*This is attempt 2/);
    expect(printed(requestsOf(thread, worker, 2).at(-1), "seen")).toBe("half half late");
    expect((await crash.world.must("logs", thread.id)).stdout).toContain("recall part=1-43: yes");
    expect(await violations(crash.world, thread, { turns: 2 })).toEqual([]);
  });

  test("whose host is killed in the middle of a turn and is back at once, goes on with what was said and made in it", async () => {
    const worker = await make();
    const turns: Turns = (script) => ({
      1: [{ sh: "touch first.txt" }, { say: "the word is quagga" }],
      2: [
        { sh: "echo part=$BATON_ATTEMPT-$((40+3)); echo half >> half.txt" },
        { sh: `test $BATON_ATTEMPT = 2 || ${script.gateCommand("never")}; echo seen=$(cat half.txt); touch done` },
        { recall: "part=1-43" },
      ],
    });
    const thread = await start(worker, turns, ["--on", "shelf"]);
    await thread.script.reached("never");
    const { session } = await thread.view();
    await shelf.kill9();
    await shelf.start();
    const view = await thread.settled("achieved", longMs);

    expect(view).toMatchObject({ session });
    expect(view.turns.map(({ turn, attempt }) => `${turn}.${attempt}`)).toEqual(["1.1", "2.2"]);
    const resumed = requestsOf(thread, worker, 2).find((text) => text.includes("This is attempt 2"));
    expect(resumed).toMatch(/the word is quagga[^]*part=1-43[^]*This is attempt 2/);
    expect(printed(requestsOf(thread, worker, 2).at(-1), "seen")).toBe("half half");
    expect(await violations(crash.world, thread, { turns: 2 })).toEqual([]);
  });
});
