import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "@temporalio/client";
import proto from "@temporalio/proto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startWorkflow } from "../../cli/threads/start-workflow.ts";
import type { ThreadStart } from "../../domain/thread-start.ts";
import { hostTaskQueue, threadWorkflowId } from "../../workflows/messages.ts";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { terminateThread } from "../support/end-thread.ts";
import { fanOutGoal, settledSubagents, whenTree, writeOwnFile } from "../support/fan-out.ts";
import { done } from "../support/script.ts";
import { until } from "../support/until.ts";

vi.setConfig({ testTimeout: 300_000 });

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world.close();
});

const on = (label: string) => ({ host: { labels: [label] } });
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** How many of a Task Queue's Activities no Worker has taken. */
async function backlogOf(client: Client, name: string): Promise<number> {
  const { namespace } = client.options;
  const request = {
    namespace,
    taskQueue: { name },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    reportStats: true,
  };
  const { stats } = await client.workflowService.describeTaskQueue(request);
  return Number(stats?.approximateBacklogCount ?? 0);
}

let journals = 0;

/** What runs is written down in order; nothing ends before the gate is open. */
function journal() {
  const file = join(world.root, `journal-${(journals += 1)}`);
  const gate = `${file}.gate`;
  return {
    note: (word: string) => `echo "${word}" >> ${file}`,
    pass: `while ! test -e ${gate}; do sleep 0.05; done`,
    open: () => writeFileSync(gate, ""),
    started: () => (existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : []),
  };
}

function tree(label: string, prefix: string, { count, script }: { count: number; script: string }) {
  const goal = fanOutGoal(names(prefix, count), { script: `${script}\n${writeOwnFile}`, fan_out: { parallel: count } });
  return world.start({ plan: { turns: {} }, goal: { ...goal, ...on(label) } });
}

test("what people wait for gets the next places, ahead of the subagents of a tree that fills the host", async () => {
  await world.host("crowded", { labels: ["crowded"], places: 1 });
  const { note, pass, open, started } = journal();
  const fan = await tree("crowded", "c", { count: 20, script: `${note("$BATON_TASK_NAME")}\n${pass}` });
  await until(() => started().length === 1, { why: "the first subagent holds the only place" });
  await whenTree(world, fan, { why: "all are started", holds: ({ tasks }) => tasks.every(({ status }) => status === "running") });
  const people = await Promise.all(
    names("person", 4).map((name) => world.start({ plan: { turns: { 1: [["sh", note(name)], done] } }, goal: on("crowded") })),
  );
  for (const each of people) await each.when("it waits for a place", ({ doing }) => doing.startsWith("waiting for a host"));
  open();
  for (const each of people) await each.settled();
  // In the order of their coming all would be behind 20; the subagent whose claim is with the host already may be before them.
  const begun = names("person", 4).map((name) => started().indexOf(name));
  expect(Math.max(...begun), started().join(" ")).toBeLessThan(6);
  await world.must("stop", fan.id);
  await fan.settled("stopped");
  await until(async () => (await settledSubagents(world, fan.id, "running")).length === 0, { why: "its subagents have ended" });
});

test("two trees share the places of a host, although one was there first", async () => {
  await world.host("shared", { labels: ["shared"], places: 2 });
  const { note, pass, open, started } = journal();
  const script = `${note("$BATON_TASK_NAME")}\n${pass}`;
  const first = await tree("shared", "a", { count: 8, script });
  await until(() => started().length === 2, { why: "the first tree holds both places" });
  const second = await tree("shared", "b", { count: 8, script });
  // Its own listing needs a place, which one of the first tree's has to free: that one is let go alone.
  open();
  await Promise.all([first.settled("achieved", 200_000), second.settled("achieved", 200_000)]);
  const order = started();
  expect([...order].sort()).toEqual([...names("a", 8), ...names("b", 8)].sort());
  const begun = order.findIndex((name) => name.startsWith("b"));
  // In the order of their coming all of the second tree would come after the first.
  expect(begun).toBeLessThan(8);
  expect(order.slice(begun).filter((name) => name.startsWith("a"))).not.toEqual([]);
});

test("hundreds of threads that wait for a named host keep none of its work waiting", async () => {
  await world.host("named", { places: 1 });
  await until(async () => (await world.must("hosts")).stdout.includes("named"), { why: "the host is known" });
  const thread = await world.start({ plan: { turns: { 1: [["gate", "go"], done] } } }, { args: ["--on", "named"] });
  await thread.script.reached("go");
  const client = await world.client();
  const { events } = await client.workflow.getHandle(threadWorkflowId(thread.id)).fetchHistory();
  const [input] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const { start } = JSON.parse(Buffer.from(input?.data ?? []).toString()) as { start: ThreadStart };
  const patient = { ...start, timing: { ...start.timing, heartbeatTimeoutMs: 120_000 } };
  const waiting = names("waits-", 250).map((id) => ({ ...patient, id, branch: `baton/${id}` }));
  for (const each of waiting) await startWorkflow(client, each, "test");
  const asks = async (id: string) => {
    const { raw } = await client.workflow.getHandle(threadWorkflowId(id)).describe();
    return (raw.pendingActivities ?? []).length > 0;
  };
  for (const { id } of waiting) await until(() => asks(id), { why: `${id} asks for a place` });
  await until(async () => (await backlogOf(client, hostTaskQueue("named"))) === 0, { why: "the host has all of their claims" });
  thread.script.open("go");
  await thread.settled("achieved", 60_000);
  // One or the other has had its turn by now.
  for (const { id } of waiting) await terminateThread(world, id).catch(() => undefined);
});
