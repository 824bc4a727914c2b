import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { threadWorkflowId } from "../../workflows/messages.ts";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import type { TestRepository } from "../support/repository.ts";
import { done, type Action } from "../support/script.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world.close();
});

const tried: Action = ["append", ["tried.txt", "once more\n"]];

describe.concurrent("a person", () => {
  test("pauses a thread after its turn, steers it, and lets it go on", async () => {
    const thread = await world.start({ plan: { turns: { 1: [tried, ["gate", "hold"]], 2: [done] } } });
    await thread.script.reached("hold");
    await world.must("pause", thread.id);
    await world.must("steer", thread.id, "look at the left one");
    thread.script.open("hold");
    const paused = await thread.when("paused after its turn", (view) => view.turns.length === 1 && view.status === "paused");
    expect(paused).toMatchObject({ turn: 1, steering: ["look at the left one"] });
    await world.must("resume", thread.id);
    expect(await thread.settled()).toMatchObject({ turn: 2, steering: [] });
    expect(thread.script.prompt(2)).toContain("look at the left one");
  });

  test("pauses a thread at once and keeps the partial work", async () => {
    const thread = await world.start({ plan: { turns: { 1.1: [tried, ["flee", 300], ["gate", "hold"]], 1.2: [done] } } });
    await thread.script.reached("hold");
    expect(world.processesOf(thread.id)).not.toEqual([]);
    await world.must("pause", thread.id, "--now");
    const { turns } = await thread.when("the turn is interrupted", (view) => view.turns.length === 1);
    expect(turns[0]?.outcome).toMatch(/^interrupted/);
    expect(world.processesOf(thread.id)).toEqual([]);
    await world.must("resume", thread.id);
    await thread.settled();
    expect(thread.script.prompt(1, 2)).toContain("This is attempt 2 at this turn");
    expect(await thread.repository.file(thread.branch, "tried.txt")).toBe("once more");
    expect(await thread.committedTurns()).toEqual([1]);
  });

  test("stops a thread and finds the work so far on its branch", async () => {
    const thread = await world.start({ plan: { turns: { 1: [tried], 2: [tried, ["gate", "hold"]] } } });
    await thread.script.reached("hold");
    await world.must("stop", thread.id, "--reason", "changed my mind");
    const view = await thread.settled("stopped");
    expect(view).toMatchObject({ reason: "changed my mind", delivered: true });
    expect(world.processesOf(thread.id)).toEqual([]);
    expect(await thread.repository.file(thread.branch, "tried.txt")).toContain("once more");
    expect((await world.baton(["steer", thread.id, "hello"])).code).toBe(2);
    expect((await world.must("show", thread.id, "--report")).stdout).toContain("changed my mind");
  });

  test("cancels a thread in Temporal itself: it stops like any other", async () => {
    const thread = await world.start({ plan: { turns: { 1: [tried], 2: [tried, ["gate", "hold"]] } } });
    await thread.script.reached("hold");
    await (await world.client()).workflow.getHandle(threadWorkflowId(thread.id)).cancel();
    expect(await thread.settled("stopped")).toMatchObject({ reason: "canceled in Temporal", delivered: true });
    expect(world.processesOf(thread.id)).toEqual([]);
  });

  test("follows a run to its end and gets its exit code", async () => {
    const prepared = await world.prepare({ plan: { turns: { 1: [["say", "working"], done] } } });
    const { code, stdout } = await world.baton(["run", prepared.file], { cwd: prepared.repository.path });
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/turn 1 started[\s\S]*working[\s\S]*check done passed[\s\S]*achieved/);
  });

  test("gets exit code 3 for a goal that was not achieved", async () => {
    const prepared = await world.prepare({
      plan: { turns: { "*": [tried] } },
      goal: { on_failure: { same_failure: 1, then: "stop" } },
    });
    const { code, stdout } = await world.baton(["run", prepared.file, "--json"], { cwd: prepared.repository.path });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ status: "failed" });
  });

  test("is told of uncommitted work, and includes it with --dirty", async () => {
    const wish = { plan: { turns: { 1: [done] } }, goal: { verify: ["test -f done", "cat draft.txt notes.txt"] } } as const;
    const prepared = await world.prepare({ ...wish, files: { "notes.txt": "one\n" } });
    prepared.repository.write({ "notes.txt": "two\n", "draft.txt": "draft\n" });
    const clean = await world.baton(["run", prepared.file, "-d"], { cwd: prepared.repository.path });
    expect(clean.stderr).toContain("2 uncommitted files not included");
    const dirty = await world.run(prepared, { args: ["--dirty", "--again"] });
    await dirty.settled();
    expect(await dirty.repository.file(dirty.branch, "notes.txt")).toBe("two");
    expect(await dirty.repository.git("status", "--porcelain")).toBe(" M notes.txt\n?? draft.txt");
    await world.must("stop", clean.stdout.trim());
  });

  test("cannot start the same goal twice at once by accident", async () => {
    const prepared = await world.prepare({ plan: { turns: { 1: [["gate", "hold"], done] } } });
    const start = () => world.baton(["run", prepared.file, "-d", "--json"], { cwd: prepared.repository.path });
    const runs = await Promise.all([start(), start()]);
    const [started, refused] = runs.toSorted((a, b) => a.code - b.code);
    expect([started?.code, refused?.code]).toEqual([0, 2]);
    expect(refused?.stderr).toContain("already runs as thread");
    const { id } = JSON.parse(started?.stdout ?? "") as { id: string };
    const again = await world.run(prepared, { args: ["--again"] });
    expect(again.id).not.toBe(id);
    await prepared.script.reached("hold");
    prepared.script.open("hold");
    await again.settled();
    await world.baton(["logs", "-f", id]);
    expect(await world.view(id)).toMatchObject({ status: "achieved" });
  });

  test("finds checkout, index, stash, hooks and branches as they were", async () => {
    const hook = '#!/bin/sh\ntouch "$(git rev-parse --git-dir)/hook-ran"\n';
    const prepared = await world.prepare({
      files: { "a.txt": "a\n", "b.txt": "b\n" },
      plan: { turns: { 1: [tried], 2: [done] } },
    });
    const { repository } = prepared;
    repository.write({ "a.txt": "stashed\n" });
    await repository.git("stash");
    repository.write({ "a.txt": "staged\n" });
    await repository.git("add", "a.txt");
    repository.write({ "b.txt": "edited\n", "new.txt": "new\n" });
    for (const name of ["pre-commit", "post-commit", "post-checkout", "reference-transaction", "pre-push", "post-index-change"]) {
      repository.write({ [`.git/hooks/${name}`]: hook });
    }
    const before = await everythingOf(repository);
    const thread = await world.run(prepared);
    await thread.settled();
    expect(await everythingOf(repository)).toEqual(before);
  });
});

/** All of a repository that is a person's own, byte by byte. Git runs only after the files are read: it touches the index. */
async function everythingOf(repository: TestRepository): Promise<Record<string, string>> {
  const own: Record<string, string> = {};
  for (const entry of readdirSync(repository.path, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(repository.path.length + 1);
    const ours = path.startsWith(".git/objects/") || path.includes("/baton/");
    if (entry.isFile() && !ours) own[path] = readFileSync(join(repository.path, path), "base64");
  }
  return own;
}
