import { afterAll, beforeAll, expect, test } from "vitest";
import { inspectRepository } from "../../git/inspect-repository.ts";
import { connectHub } from "../../hub/hub-client.ts";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

test("whoever was overtaken does not move the branch: delivery under an old epoch is refused", async () => {
  const thread = await world.start({
    plan: { turns: { 1: [["write", ["done", "yes\n"]]] }, judge: { 1: { gate: "judge" } } },
    goal: (script) => ({ agents: script.agents, done: ["It is done"] }),
  });
  await thread.script.reached("judge");
  const hub = connectHub({ address: world.files.readEndpoints()?.hub.address ?? "" });
  const { ref } = await inspectRepository(thread.repository.path);
  const claimed = await hub.claimEpoch({ repository: ref.id, thread: thread.id, epoch: 7 });
  expect(claimed.checkpoint?.turn).toBe(1);
  hub.close();
  thread.script.open("judge");

  const { questions } = await thread.asks();
  expect(questions.map(({ kind }) => kind)).toEqual(["delivery"]);
  expect(await thread.repository.git("branch", "--list", "baton/*")).toBe("");
  await world.must("answer", thread.id, "stop");
  expect(await thread.settled("stopped")).toMatchObject({ delivered: false });
  expect(await thread.repository.git("branch", "--list", "baton/*")).toBe("");
});
