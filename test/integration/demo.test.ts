import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";

const checkout = fileURLToPath(new URL("../../", import.meta.url));

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world.close();
});

test("the demo ends achieved, and every command it names can be pasted", async () => {
  const options = { env: world.env, extendEnv: false, all: true, reject: false, timeout: 100_000 } as const;
  const demo = await execa(process.execPath, ["--import", "tsx", "scripts/demo.ts"], { ...options, cwd: checkout });
  expect(demo.exitCode, demo.all).toBe(0);
  expect(demo.stdout).toMatch(/check tests failed[\s\S]*judge: not yet[\s\S]*judge: met[\s\S]*achieved/);
  expect(demo.stdout).toMatch(/http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/thread/);

  const commands = /== Next\n([\s\S]*?)\nThe demo took/.exec(demo.stdout)?.[1] ?? "";
  const [cd, ...lines] = commands.split("\n").filter((line) => line !== "" && !line.includes(" down "));
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) {
    const pasted = await execa("sh", ["-c", `${cd}\n${line}`], { ...options, cwd: "/" });
    expect(pasted.exitCode, `${line}\n${pasted.all}`).toBe(0);
  }
});
