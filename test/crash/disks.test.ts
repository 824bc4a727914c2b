import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { crashRuns, end, usage } from "../support/crash-runs.ts";
import { createCrashWorld, type CrashWorld } from "../support/crash-world.ts";
import type { Plan } from "../support/script.ts";
import { mountSmallDisk, whyNoSmallDisk, type SmallDisk } from "../support/small-disk.ts";
import { until } from "../support/until.ts";

const skipped = whyNoSmallDisk();
const megabyte = 1024 * 1024;

/** More than the disk has left: the checkpoint is cut short. */
const plan: Plan = {
  turns: { 1: [["sh", "head -c 4000000 /dev/urandom > big.bin"], usage, ["gate", "go"]], 2: end },
};

describe.skipIf(skipped !== null)(`full disks${skipped === null ? "" : ` (skipped: ${skipped})`}`, () => {
  let crash: CrashWorld;
  const disks: SmallDisk[] = [];
  const [ofHost, ofHub] = ["host", "hub"].map((name) => mkdtempSync(join(tmpdir(), `baton-small-disk-${name}-`))) as [
    string,
    string,
  ];

  beforeAll(async () => {
    crash = await createCrashWorld();
  });
  afterAll(async () => {
    try {
      await crash.close();
    } finally {
      for (const disk of disks) disk.unmount();
      for (const folder of [ofHost, ofHub]) rmSync(folder, { recursive: true, force: true });
    }
  });

  test("a host whose disk gets full in mid-checkpoint", async () => {
    const disk = mountSmallDisk(ofHost, 32);
    disks.push(disk);
    await crash.machine("small", { labels: ["small"], args: ["--no-workflows"], env: { BATON_STATE_DIR: ofHost } });
    await fillsUp(crash, "small", disk);
  });

  test("a hub whose disk gets full in mid-checkpoint", async () => {
    await crash.world.must("down");
    const disk = mountHub(crash, ofHub);
    disks.push(disk);
    await crash.world.must("up");
    await crash.machine("big", { labels: ["big"], args: ["--no-workflows"] });
    await fillsUp(crash, "big", disk);
  });
});

/** Puts the store of the hub, which does not run, on a small disk of its own. */
function mountHub(crash: CrashWorld, folder: string): SmallDisk {
  const hub = join(crash.world.env["BATON_STATE_DIR"] ?? "", "hub");
  const disk = mountSmallDisk(folder, 48);
  for (const name of readdirSync(hub)) cpSync(join(hub, name), join(folder, name), { recursive: true, preserveTimestamps: true });
  rmSync(hub, { recursive: true });
  symlinkSync(folder, hub);
  return disk;
}

/** Whoever has no room says so and loses nothing; with room again, the thread goes on. */
async function fillsUp(crash: CrashWorld, label: string, disk: SmallDisk): Promise<void> {
  const runs = crashRuns(crash);
  const thread = await runs.start({ label }, plan);
  await thread.script.reached("go");
  disk.fill(megabyte);
  thread.script.open("go");
  const asked = await thread.asks();
  expect(JSON.stringify(asked.questions)).toMatch(/disk is full|no space/i);
  disk.makeRoom();
  expect((await crash.world.baton(["hub", "fsck"])).stdout).toContain("all is well");
  await until(async () => (await crash.world.baton(["answer", thread.id, "continue"])).code === 0, { why: "it is answered" });
  await runs.holds(thread, { turns: 2 });
}
