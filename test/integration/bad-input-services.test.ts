import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { processesWith } from "../support/processes.ts";
import { fingerprint } from "../support/same-as-before.ts";
import { cliFile, type BatonResult } from "../support/run-baton.ts";
import { done, type Action } from "../support/script.ts";
import type { TestGoal } from "../support/test-thread.ts";
import { tlsFront } from "../support/tls-front.ts";

let world: BatonWorld;
let place: string;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "baton state 'of' "));
  world = await createWorld({ BATON_STATE_DIR: join(place, 'a "state" $dir é') });
});

afterAll(async () => {
  await world.close();
  rmSync(place, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;

describe.concurrent("while a goal runs", () => {
  test("Temporal dies and comes back: the thread and who follows it go on, and nothing is done twice", async () => {
    const prepared = await world.prepare({
      plan: {
        turns: {
          1: [
            ["gate", "mid"],
            ["append", ["log", "x"]],
          ],
          2: [done],
        },
      },
    });
    const following = world.baton(["run", prepared.file], { cwd: prepared.repository.path, timeoutMs: 100_000 });
    await prepared.script.reached("mid");
    await world.kill9("temporal");
    prepared.script.open("mid");
    const ended = await following;
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining("achieved") });
    expect(prepared.script.attempts()).toEqual(["1.1", "2.1"]);
    expect(await prepared.repository.git("log", "--format=%s", "main..baton/case-1-" + idIn(ended.stdout))).toMatch(
      /^Turn 2.*\nTurn 1.*$/,
    );
  });

  test("it is run again: exactly one of several runs wins, the others name its thread", async () => {
    const prepared = await world.prepare({ plan: { turns: { 1: [["gate", "two"], done] } } });
    const start = () => world.baton(["run", prepared.file, "-d", "--json"], { cwd: prepared.repository.path });
    const runs = await Promise.all([start(), start(), start()]);
    const [winner, ...losers] = runs.toSorted((one, other) => one.code - other.code);
    const { id } = (winner as BatonResult).json() as { id: string };
    expect(losers.map(({ code, stderr }) => [code, stderr])).toEqual(
      losers.map(() => [2, expect.stringContaining(`as thread ${id}`)]),
    );
    await prepared.script.reached("two");
    prepared.script.open("two");
    const following = await world.baton(["logs", "-f", id]);
    expect(following.code).toBe(0);
    expect(prepared.script.attempts()).toEqual(["1.1"]);
  });
});

describe("a small disk", () => {
  const mounts: string[] = [];
  let small: BatonWorld;
  beforeAll(async () => {
    small = await createWorld();
  });
  afterAll(async () => {
    for (const path of mounts) execFileSync("umount", ["--lazy", path]);
    await small.close();
  });

  // Only root may mount a file system of a size.
  test.runIf(isRoot).each([
    { whose: "hub", folder: "hub/repositories" },
    { whose: "host", folder: "host/threads" },
  ])("of the $whose is full: the thread asks, and goes on when there is room", async ({ folder }) => {
    const path = join(String(small.env["BATON_STATE_DIR"]), folder);
    const fill: Action = ["sh", "head -c 30000000 /dev/urandom > big"];
    const prepared = await small.prepare({ plan: { turns: { "*": [fill, done] } } });
    mkdirSync(path, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", path]);
    mounts.push(path);
    const was = fingerprint(prepared.repository.path);
    const thread = await small.run(prepared);
    const { questions } = await thread.asks();
    expect(JSON.stringify(questions)).toMatch(/disk is full/i);
    expect(small.processesOf(thread.id)).toEqual([]);
    execFileSync("mount", ["-o", "remount,size=256m", path]);
    await small.must("answer", thread.id, "continue");
    await thread.settled();
    expect(await thread.repository.git("ls-tree", "--name-only", thread.branch)).toBe("README.md\nbig\ndone");
    expect(fingerprint(prepared.repository.path)).toEqual(was);
  });
});

interface Refused {
  readonly name: string;
  readonly env: () => Record<string, string>;
  readonly code: number;
  readonly says: RegExp;
}

describe("a machine where", () => {
  let prepared: TestGoal;
  let front: Awaited<ReturnType<typeof tlsFront>>;
  let startMs: number;
  const temporal = () => String(world.files.readEndpoints()?.temporal.address);

  beforeAll(async () => {
    prepared = await world.prepare({ plan: { turns: { "*": [done] } } });
    front = await tlsFront(temporal());
    const startedAt = performance.now();
    await world.must("ls");
    startMs = performance.now() - startedAt;
  });
  afterAll(() => front.close());

  const rows: Refused[] = [
    { name: "Temporal is down", env: () => ({ TEMPORAL_ADDRESS: "127.0.0.1:1" }), code: 4, says: /connection refused/ },
    { name: "Temporal speaks TLS", env: () => ({ TEMPORAL_ADDRESS: front.address }), code: 4, says: /TLS/ },
    {
      name: "Temporal speaks no TLS",
      env: () => ({ TEMPORAL_ADDRESS: temporal(), TEMPORAL_TLS: "true" }),
      code: 4,
      says: /plain text/,
    },
    {
      name: "Temporal's certificate is strange",
      env: () => ({ TEMPORAL_ADDRESS: front.address, TEMPORAL_TLS: "true" }),
      code: 4,
      says: /not trusted/,
    },
    {
      name: "the namespace is missing",
      env: () => ({ TEMPORAL_ADDRESS: temporal(), TEMPORAL_NAMESPACE: "nowhere" }),
      code: 4,
      says: /nowhere/,
    },
    {
      name: "Temporal's configuration is missing",
      env: () => ({ TEMPORAL_CONFIG_FILE: "/nowhere/temporal.toml", TEMPORAL_PROFILE: "x" }),
      code: 2,
      says: /./,
    },
    {
      name: "the state directory is a file",
      env: () => ({ BATON_STATE_DIR: prepared.file }),
      code: 2,
      says: /state directory cannot be written/,
    },
    { name: "the state directory is relative", env: () => ({ BATON_STATE_DIR: "state" }), code: 2, says: /absolute/ },
    {
      name: "there is no home and no state directory",
      env: () => ({ HOME: "", BATON_STATE_DIR: "" }),
      code: 2,
      says: /HOME|BATON_STATE_DIR/,
    },
    { name: "git is missing", env: () => ({ PATH: "/nowhere" }), code: 2, says: /git is needed/ },
    { name: "a wait is no number", env: () => ({ BATON_STALL_MS: "soon" }), code: 2, says: /BATON_STALL_MS/ },
  ];

  test.each(rows)("$name: a run says so in time and starts nothing", { retry: 2 }, async ({ env, code, says }) => {
    const state = mkdtempSync(join(world.root, "other-state-"));
    const was = fingerprint(prepared.repository.path);
    const startedAt = performance.now();
    const ran = await world.baton(["run", prepared.file], {
      cwd: prepared.repository.path,
      env: { BATON_STATE_DIR: state, ...env() },
    });
    const tookMs = performance.now() - startedAt;
    expect(ran).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(says) });
    expect(ran.stderr).not.toMatch(/\n {4}at |bug in Baton/);
    // Beyond what the command needs on this machine anyway.
    expect(tookMs - startMs).toBeLessThan(3000);
    expect(fingerprint(prepared.repository.path)).toEqual(was);
    expect(processesWith(`BATON_STATE_DIR=${state}`)).toEqual([]);
  });

  test("HOME is empty: nothing is written below the current folder", async () => {
    const { BATON_STATE_DIR: _state, ...others } = world.env;
    const env = { ...others, HOME: "" };
    const cwd = mkdtempSync(join(world.root, "here-"));
    const ran = await execa(process.execPath, [cliFile, "ls"], { env, extendEnv: false, cwd, reject: false });
    expect(ran).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/HOME is empty/) });
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("HOME is not set: everything that has its own place works", async () => {
    const { HOME: _home, ...env } = world.env;
    const ran = await execa(process.execPath, [cliFile, "ls", "--json"], { env, extendEnv: false, cwd: "/", reject: false });
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test.each([
    { command: "ls", code: 0, says: /^$/ },
    { command: "run", code: 2, says: /folder|directory/ },
  ])("the current folder was removed: $command does not crash", async ({ command, code, says }) => {
    const folder = join(world.root, `gone-${command}`);
    mkdirSync(folder);
    const script = `rm -rf "$PWD" && exec "$0" "$1" "$2"`;
    const args = ["-c", script, process.execPath, cliFile, command];
    const ran = await execa("/bin/sh", args, { env: world.env, extendEnv: false, cwd: folder, reject: false });
    expect(existsSync(folder)).toBe(false);
    expect(ran).toMatchObject({ exitCode: code, stderr: expect.stringMatching(says) });
    expect(ran.stderr).not.toMatch(/\n {4}at |bug in Baton/);
  });
});

function idIn(output: string): string {
  return /thread case-\d+-(\w+)/.exec(output)?.[1] ?? "";
}
