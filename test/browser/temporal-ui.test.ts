import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";

const browser = process.env["BATON_CHROMIUM"] ?? "/usr/bin/chromium";
const quiet = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
];

describe.skipIf(!existsSync(browser))("Temporal UI in a real browser", () => {
  let world: BatonWorld;
  let context: BrowserContext;
  let profile: string;

  beforeAll(async () => {
    world = await createWorld({ BATON_TURNS_PER_RUN: "2" });
    profile = mkdtempSync(join(tmpdir(), "baton-browser-"));
    const args = [...quiet, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])];
    context = await chromium.launchPersistentContext(profile, {
      executablePath: browser,
      args,
      viewport: { width: 1500, height: 1000 },
    });
  });
  afterAll(async () => {
    await context?.close();
    rmSync(profile, { recursive: true, force: true });
    await world?.close();
  });

  it("reads as the story of the goal, also after continue-as-new", async () => {
    const thread = await world.start({
      plan: {
        turns: {
          1: [["write", ["cart.js", "broken\n"]]],
          2: [["write", ["done", ""]]],
          3: [["write", ["CHANGELOG.md", "fixed\n"]]],
        },
        judge: {
          2: { overall: "not_yet", reason: "the changelog does not name the fix" },
          3: { overall: "met", reason: "it is named" },
        },
      },
      goal: (script) => ({
        goal: "The cart works and the changelog names the fix",
        done: ["CHANGELOG.md names the fix"],
        agents: script.agents,
      }),
    });
    await thread.settled();
    const url = (await world.must("ui", thread.id)).stdout
      .trim()
      .split(/\s+/)
      .findLast((word) => word.startsWith("http"));

    const page = await context.newPage();
    await page.goto(String(url), { waitUntil: "domcontentloaded" });
    await page.getByText("runTurn • turn 3 · command · after judge: not yet").first().waitFor();
    for (const line of ["verify • verify 1 check · turn 3", "judge • judge 1 criterion", `deliver ${thread.branch} · achieved`]) {
      await page.getByText(line).first().waitFor();
    }
    const picture = process.env["BATON_PICTURE"];
    if (picture !== undefined) await page.screenshot({ path: picture });

    await page.getByText("User Metadata", { exact: true }).click();
    // Temporal UI keeps markdown that it did not write itself in a frame.
    const details = page.frameLocator("iframe").first();
    for (const line of [
      "The cart works and the changelog names the fix",
      "turn 1: 0 of 1 checks",
      "turn 2: 1 of 1 checks · judge: not yet",
      "turn 3: 1 of 1 checks · judge: met",
    ]) {
      await details.getByText(line).first().waitFor();
    }
    expect((await thread.view()).turn).toBe(3);
  });
});
