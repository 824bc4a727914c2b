import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hostIdentity } from "./host-identity.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-identity-"));
});

afterEach(() => rm(folder, { recursive: true }));

test("a host without a name is called after its machine, and keeps that", async () => {
  const id = await hostIdentity(folder);
  expect(id).toMatch(/^[a-z0-9].*-[0-9a-f]{4}$/);
  expect(await hostIdentity(folder)).toBe(id);
});

test("a name is the host's id; with another name it does not start", async () => {
  expect(await hostIdentity(folder, "big-1")).toBe("big-1");
  expect(await hostIdentity(folder)).toBe("big-1");
  expect(await hostIdentity(folder, "big-1")).toBe("big-1");
  await expect(hostIdentity(folder, "big-2")).rejects.toMatchObject({ type: "Conflict", where: join(folder, "identity.json") });
});

test("a damaged identity is an expected failure", async () => {
  await writeFile(join(folder, "identity.json"), "{");
  await expect(hostIdentity(folder)).rejects.toMatchObject({ type: "Settings" });
});
