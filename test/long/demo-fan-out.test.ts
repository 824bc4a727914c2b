import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { processesWith } from "../support/processes.ts";

const checkout = fileURLToPath(new URL("../../", import.meta.url));
const withinMs = 400_000;

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world.close();
});

test(
  "the fan-out demo merges thirty tasks of two hosts, does those that get in each other's way again, and leaves no process",
  async () => {
    const env = { ...world.env, TMPDIR: world.root };
    const options = { env, extendEnv: false, all: true, reject: false, timeout: withinMs, cwd: checkout } as const;
    const demo = await execa(process.execPath, ["--import", "tsx", "scripts/demo-fan-out.ts"], options);
    expect(demo.exitCode, demo.all).toBe(0);
    expect(demo.stdout).toContain("30 of 30 tasks merged");
    expect(demo.stdout).toMatch(/refused: (child|senior)-ticket \(conflict\)[^]*(child|senior)-ticket was done again/);
    expect(demo.stdout).toMatch(/refused: price-tag \(red\)[^]*price-tag was done again[^]*Edited src\/price-tag\.js/);
    expect(demo.stdout).toMatch(/32 subagents: \d+ on big-\w+, \d+ on laptop-\w+/);
    expect(demo.stdout).toMatch(/npm test there: exit code 0, \d+ tests pass, 0 fail/);
    const folder = /(\S+baton-fan-out-\w+)\/shop/.exec(demo.stdout)?.[1] ?? "";
    const left = ["state", "big/state"].flatMap((state) => processesWith(`BATON_STATE_DIR=${folder}/${state}`));
    expect(left).toEqual([]);
  },
  withinMs,
);
