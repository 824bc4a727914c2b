import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { KnownHost } from "../../hub/hub.ts";
import { createLogger } from "../../config/logger.ts";
import { sweepFolders } from "../../workers/sweep-folders.ts";
import { threadWorkflowId } from "../../workflows/messages.ts";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { terminateThread } from "../support/end-thread.ts";
import { done, type Action } from "../support/script.ts";
import { runBaton } from "../support/run-baton.ts";
import { until } from "../support/until.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld({ BATON_KEEP_PLACE_MS: "500", BATON_PLACES: "2" });
});

afterAll(async () => {
  await world.close();
});

const on = (...labels: readonly string[]) => ({ host: { labels } });

async function listed(id: string): Promise<KnownHost | undefined> {
  const hosts = (await world.must("hosts", "--json")).json() as KnownHost[];
  return hosts.find((host) => host.id === id);
}

/** How the thread's holds ended, oldest first. */
async function holdsEnded(thread: string): Promise<string[]> {
  const { events } = await (await world.client()).workflow.getHandle(threadWorkflowId(thread)).fetchHistory();
  const isHold = (id: unknown) =>
    events?.find(({ eventId }) => String(eventId) === String(id))?.activityTaskScheduledEventAttributes?.activityType?.name ===
    "holdHost";
  return (events ?? []).flatMap((event) => {
    const { activityTaskTimedOutEventAttributes: late, activityTaskCompletedEventAttributes: whole } = event;
    if (late && isHold(late.scheduledEventId)) return ["timed out"];
    return whole && isHold(whole.scheduledEventId) ? ["completed"] : [];
  });
}

test.concurrent("a thread runs where every label of its goal is, and waits while no such host is alive", async () => {
  const waiting = await world.start({ plan: { turns: { 1: [["gate", "in"], done] } }, goal: on("gpu", "arm") });
  await waiting.when("it waits", ({ doing }) => doing === "waiting for a host with labels gpu, arm");
  await world.host("gpu-only", { labels: ["gpu"] });
  expect((await world.view(waiting.id)).doing).toBe("waiting for a host with labels gpu, arm: none is alive");
  await world.host("gpu-arm", { labels: ["gpu", "arm"] });
  await waiting.script.reached("in");
  expect((await waiting.view()).host).toBe("gpu-arm");
  await until(async () => (await listed("gpu-arm"))?.places.taken === 1, { why: "its place is listed as taken" });
  waiting.script.open("in");
  expect(await waiting.settled()).toMatchObject({ epoch: 1 });
  expect(await listed("gpu-arm")).toMatchObject({ labels: ["gpu", "arm"], alive: true, draining: false, version: "0.1.0" });
});

test.concurrent("a run on a named host goes there, whatever the goal says, and a name that nobody has is refused", async () => {
  await world.host("chosen", { labels: ["quiet"] });
  await until(() => listed("chosen"), { why: "the host is known" });
  const thread = await world.start(
    { plan: { turns: { 1: [["gate", "in"], done] } }, goal: on("gpu") },
    { args: ["--on", "chosen"] },
  );
  await thread.script.reached("in");
  expect(await thread.view()).toMatchObject({ host: "chosen", placement: { labels: [], host: "chosen" } });
  thread.script.open("in");
  await thread.settled();
  const prepared = await world.prepare({ plan: { turns: { 1: [done] } } });
  const refused = await world.baton(["run", prepared.file, "-d", "--on", "chosn"], { cwd: prepared.repository.path });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("did you mean chosen");
});

test.concurrent("two places never hold more than two of five threads at once", async () => {
  await world.host("narrow", { labels: ["narrow", "tight"], places: 2 });
  const busy = `${world.root}/busy`;
  const enter = `mkdir -p ${busy} && touch ${busy}/$BATON_THREAD && ls ${busy} | wc -l >> ${world.root}/overlap && sleep 0.7 && rm ${busy}/$BATON_THREAD`;
  const threads = await Promise.all(
    [0, 1, 2, 3, 4].map((n) =>
      world.start({ plan: { turns: { 1: [["sh", enter], done] } }, goal: on(n % 2 === 0 ? "narrow" : "tight") }),
    ),
  );
  await Promise.all(threads.map((thread) => thread.settled()));
  const seen = readFileSync(`${world.root}/overlap`, "utf8").trim().split("\n").map(Number);
  expect(seen).toHaveLength(5);
  expect(Math.max(...seen)).toBe(2);
});

/** Attempts that the thread has made at the hold which is under way. */
async function holdAttempts(thread: string): Promise<number> {
  const { raw } = await (await world.client()).workflow.getHandle(threadWorkflowId(thread)).describe();
  return raw.pendingActivities?.find(({ activityType }) => activityType?.name === "holdHost")?.attempt ?? 0;
}

test.concurrent("threads that wait for a named host do not ask again and again, and get the place that becomes free", async () => {
  await world.host("wanted", { places: 1 });
  await until(() => listed("wanted"), { why: "the host is known" });
  const start = (gate: string) => world.start({ plan: { turns: { 1: [["gate", gate], done] } } }, { args: ["--on", "wanted"] });
  const [first, second] = [await start("first"), await start("second")];
  await Promise.all([first.script.reached("first"), second.script.reached("second")]);
  const third = await start("third");
  await until(async () => (await holdAttempts(third.id)) >= 1, { why: "it asks" });
  const askedAt = performance.now();
  await until(async () => (await holdAttempts(third.id)) >= 3, { why: "it asks again, and once more" });
  expect(performance.now() - askedAt).toBeGreaterThan(2_000);
  first.script.open("first");
  await first.settled();
  await third.script.reached("third");
  for (const [thread, gate] of [
    [second, "second"],
    [third, "third"],
  ] as const)
    thread.script.open(gate);
  await Promise.all([second.settled(), third.settled()]);
});

test.concurrent("a thread that is terminated in Temporal frees its place", async () => {
  await world.host("single", { labels: ["single"], places: 1 });
  const first = await world.start({ plan: { turns: { 1: [["gate", "never"]] } }, goal: on("single") });
  await first.script.reached("never");
  const second = await world.start({ plan: { turns: { 1: [done] } }, goal: on("single") });
  await second.when("it waits", ({ doing }) => doing.startsWith("waiting for a host"));
  await terminateThread(world, first.id);
  const freedAt = performance.now();
  await second.settled();
  expect(performance.now() - freedAt).toBeLessThan(15_000);
  await until(() => world.processesOf(first.id).length === 0, { why: "its agent is gone" });
});

test.concurrent("a thread that waits for a person gives its place back after a while", async () => {
  await world.host("parking", { labels: ["parking"], places: 1 });
  const parked = await world.start({
    plan: { turns: { 1: [["write", ["other", "1"]]], 2: [done] } },
    goal: { ...on("parking"), budget: { turns: 1 } },
  });
  await parked.asks();
  const next = await world.start({ plan: { turns: { 1: [done] } }, goal: on("parking") });
  await next.settled();
  await world.must("budget", parked.id, "--turns", "+1");
  expect(await parked.settled()).toMatchObject({ epoch: 2 });
});

test.concurrent("a host that drains checkpoints the running turn, and the thread goes on elsewhere", async () => {
  const leaver = await world.host("leaver", { labels: ["pair"], places: 1 });
  const thread = await world.start({
    plan: {
      turns: {
        1.1: [
          ["write", ["half", "yes\n"]],
          ["gate", "held"],
        ],
        "*": [done],
      },
    },
    goal: { ...on("pair"), verify: ["test -f done && test -f half"] },
  });
  await thread.script.reached("held");
  await world.host("stayer", { labels: ["pair"], places: 1 });
  leaver.signal("SIGTERM");
  const view = await thread.settled();
  expect(view.epoch).toBe(2);
  expect(thread.script.attempts()).toEqual(["1.1", "1.2"]);
  expect(await leaver.ended()).toBe(0);
  expect(await listed("leaver")).toMatchObject({ alive: false, ended: true });
  expect(world.processesOf(thread.id)).toEqual([]);
});

test.concurrent("a host that drains with a grace lets the running turn end", async () => {
  const leaver = await world.host("patient", { labels: ["slow"], places: 1, args: ["--drain-grace", "60s"] });
  const thread = await world.start({
    plan: { turns: { 1: [["gate", "held"], done] } },
    goal: on("slow"),
  });
  await thread.script.reached("held");
  leaver.signal("SIGTERM");
  await until(async () => (await listed("patient"))?.draining, { why: "it is listed as draining" });
  await world.host("heir", { labels: ["slow"], places: 1 });
  thread.script.open("held");
  expect(await thread.settled()).toMatchObject({ turn: 1 });
  expect(thread.script.attempts()).toEqual(["1.1"]);
  expect(await leaver.ended()).toBe(0);
});

test.concurrent("a second signal ends a host at once, and the thread goes on elsewhere", async () => {
  const leaver = await world.host("hasty", { labels: ["hasty"], places: 1, args: ["--drain-grace", "60s"] });
  const thread = await world.start({ plan: { turns: { 1.1: [["gate", "held"]], "*": [done] } }, goal: on("hasty") });
  await thread.script.reached("held");
  leaver.signal("SIGTERM");
  await until(() => leaver.log().some((line) => line.includes("draining")), { why: "it drains" });
  leaver.signal("SIGTERM");
  expect(await leaver.ended(5_000)).toBe(130);
  expect(world.processesOf(thread.id)).toEqual([]);
  await world.host("calm", { labels: ["hasty"], places: 1 });
  // One claim on the host that was lost, in vain, then one on any.
  expect(await thread.settled()).toMatchObject({ epoch: 2 });
  // The lost place is the Workflow's to know: Temporal must not ask for it again by itself.
  expect(await holdsEnded(thread.id)).toContain("timed out");
});

test.concurrent("one state directory has one host and one name", async () => {
  const host = await world.host("only");
  const again = await runBaton(["host", "--name", "only"], { env: { ...host.env } });
  expect(again.code).toBe(2);
  expect(again.stderr).toContain(`process ${host.pid}`);
  await until(() => listed("only"), { why: "the host is known" });
  const twin = await runBaton(["host", "--name", "only", "--state-dir", `${world.root}/twin`], { env: { ...host.env } });
  expect(twin.code).toBe(2);
  expect(twin.stderr).toContain("another machine is host only already");
  await host.stop();
  const renamed = await runBaton(["host", "--name", "other"], { env: { ...host.env } });
  expect(renamed.code).toBe(2);
  expect(renamed.stderr).toContain("belongs to host only");
});

test.concurrent("the roles of a host are separable", async () => {
  const without = await world.host("hands", { labels: ["hands"], args: ["--no-workflows"] });
  const deciding = await world.host("brain", { args: ["--workflows-only"] });
  const thread = await world.start({ plan: { turns: { 1: [done] } }, goal: on("hands") });
  await thread.settled();
  await until(() => listed("hands"), { why: "the host is known" });
  expect(await listed("brain")).toBeUndefined();
  expect(without.log().join("\n")).toContain('"roles":["host"]');
  expect(deciding.log().join("\n")).toContain('"roles":["workflows"]');
});

test.concurrent("a thread that gave its place back goes on where it was moved to, and elsewhere once that host is gone", async () => {
  await world.host("origin", { labels: ["moving"] });
  const turn = (n: number): readonly Action[] => [
    ["write", [`${n}.txt`, `${n}\n`]],
    ["gate", `turn-${n}`],
  ];
  const plan = { turns: { 1: turn(1), 2: turn(2), 3: [done] } };
  const thread = await world.start({ plan, goal: { ...on("moving"), budget: { turns: 1 } } });
  await thread.script.reached("turn-1");
  const target = await world.host("moved-to", { labels: ["moving"] });
  await until(() => listed("moved-to"), { why: "the other host is known" });
  await world.must("handoff", thread.id, "--to", "moved-to", "--detach");
  await thread.when("the target is ready", ({ handoff }) => handoff?.phase === "ready");
  thread.script.open("turn-1");
  const parked = (turns: number) =>
    thread.when("it is parked", ({ host, questions, turn: at }) => host === null && questions.length > 0 && at === turns);
  expect((await parked(1)).placement).toMatchObject({ host: "moved-to", otherwise: ["moving"] });
  await world.must("budget", thread.id, "--turns", "+1");
  await thread.script.reached("turn-2");
  expect((await thread.view()).host).toBe("moved-to");
  thread.script.open("turn-2");
  await parked(2);
  target.signal("SIGKILL");
  await world.must("budget", thread.id, "--turns", "+1");
  expect((await thread.settled()).placement).toEqual({ labels: ["moving"] });
});

test.concurrent("what a thread left on a host is removed when it has ended, and not before", async () => {
  const first = await world.host("left-behind", { labels: ["leaving"] });
  const thread = await world.start({ plan: { turns: { 1: [["gate", "in"], done] } }, goal: on("leaving") });
  await thread.script.reached("in");
  await world.host("taker", { labels: ["leaving"] });
  await until(() => listed("taker"), { why: "the other host is known" });
  await world.must("handoff", thread.id, "--to", "taker", "--mode", "interrupt");
  const folder = `${first.stateDir}/host`;
  const sweep = async () =>
    sweepFolders({ client: await world.client(), folder, logger: createLogger({ service: "host", env: {} }) }, Date.now());
  await sweep();
  expect(readdirSync(`${folder}/threads`)).toEqual([thread.id]);
  thread.script.open("in");
  await thread.settled();
  await until(() => sweep().then(() => readdirSync(`${folder}/threads`).length === 0), { why: "its files are gone" });
});
