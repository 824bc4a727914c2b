import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findClockLibrary, openClock } from "../support/clock.ts";
import { crashRuns, end, work } from "../support/crash-runs.ts";
import { createCrashWorld } from "../support/crash-world.ts";
import type { Plan } from "../support/script.ts";

const found = findClockLibrary();
const skipped = "why" in found ? ` (skipped: ${found.why})` : "";
const hourS = 3_600;
const gated: Plan = { turns: { 1: [...work, ["gate", "one"]], 2: [["gate", "two"], ...end] } };

describe.skipIf("why" in found)(`clocks${skipped}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-clocks-"));
  const library = "library" in found ? found.library : "";
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("wall clocks that jump ahead and back, at home and on a host, change nothing", async () => {
    const clocks = { home: openClock(library, join(folder, "home")), far: openClock(library, join(folder, "far")) };
    const crash = await createCrashWorld({ ...clocks.home.env });
    const runs = crashRuns(crash);
    try {
      await crash.machine("far", { labels: ["far"], args: ["--no-workflows"], env: clocks.far.env });
      for (const jumps of [
        { far: hourS, home: 0 },
        { far: -3 * hourS, home: 2 * hourS },
        { far: 0, home: -30 * 24 * hourS },
      ]) {
        const thread = await runs.start({ label: "far" }, gated);
        await thread.script.reached("one");
        clocks.far.setOff(jumps.far);
        clocks.home.setOff(jumps.home);
        thread.script.open("one");
        await thread.script.reached("two");
        clocks.far.setOff(0);
        thread.script.open("two");
        expect(await thread.settled()).toMatchObject({ epoch: 1 });
        await runs.holds(thread, { turns: 2 });
        expect(thread.script.attempts()).toEqual(["1.1", "2.1"]);
        const hosts = (await crash.world.must("hosts", "--json")).json() as { id: string; alive: boolean }[];
        expect(hosts.find(({ id }) => id === "far")).toMatchObject({ alive: true });
      }
    } finally {
      clocks.home.setOff(0);
      await crash.close();
    }
  });
});
