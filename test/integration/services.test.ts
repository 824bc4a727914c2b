import { existsSync, rmSync, writeFileSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureServices } from "../../infra/services/ensure-services.ts";
import { connectTemporal } from "../../infra/temporal-connection.ts";
import { identifyProcess } from "../../process/process-identity.ts";
import { servicesSandbox } from "../support/services-sandbox.ts";

describe("services", () => {
  let sandbox: ReturnType<typeof servicesSandbox>;
  beforeEach(() => {
    sandbox = servicesSandbox();
  });
  afterEach(() => sandbox.dispose());

  test("two processes that bring them up at once get the same ones", async () => {
    const [one, other] = await Promise.all([sandbox.upElsewhere(), sandbox.upElsewhere()]);
    expect(one).toEqual(other);
    const pids = sandbox.pids();
    expect(await sandbox.up()).toEqual(one);
    expect(sandbox.pids()).toEqual(pids);
  });

  test("the namespace has Baton's search attributes and the server keeps its address and data over a restart", async () => {
    const before = await sandbox.up();
    const { connection } = await connectTemporal({ env: sandbox.env, embedded: before.temporal });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: "default" });
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(["BatonStatus", "BatonTurn", "BatonCostUsd"]));
    await connection.close();
    await sandbox.down();
    expect(await sandbox.up()).toEqual(before);
  });

  test.each(["temporal", "hub", "host"] as const)(
    "%s is running again after it was killed, at the same address",
    async (name) => {
      const before = await sandbox.up();
      const pids = sandbox.pids();
      await sandbox.kill(name);
      expect(await sandbox.up()).toEqual(before);
      const now = sandbox.pids();
      expect(now[name]).not.toBe(pids[name]);
      expect({ ...now, [name]: pids[name] }).toEqual(pids);
    },
  );

  test("a killed supervisor costs nothing: the next one takes the services over", async () => {
    const before = await sandbox.up();
    const pids = sandbox.pids();
    await sandbox.kill("supervisor");
    expect(await sandbox.up()).toEqual(before);
    expect(sandbox.pids()).toEqual(pids);
    await sandbox.kill("hub");
    await sandbox.until(() => sandbox.pids()["hub"] !== undefined && sandbox.pids()["hub"] !== pids["hub"]);
  });

  test("everything killed at once is mended", async () => {
    const before = await sandbox.up();
    for (const name of ["supervisor", "host", "hub", "temporal"] as const) await sandbox.kill(name);
    expect(await sandbox.up()).toEqual(before);
  });

  test("down leaves no process, also of services that no pid file tells of", async () => {
    await sandbox.up();
    const pids = Object.values(sandbox.pids());
    await sandbox.kill("supervisor");
    sandbox.files.removeRecord("hub");
    expect(await sandbox.down()).toEqual(["host", "temporal"]);
    expect(pids.map((pid) => identifyProcess(pid ?? 0))).toEqual([undefined, undefined, undefined]);
    expect(await processesOf(sandbox.state.root)).toEqual([]);
    expect(await sandbox.down()).toEqual([]);
  });

  test("services whose state directory is removed end by themselves", async () => {
    await sandbox.up();
    const pids = Object.values(sandbox.pids());
    rmSync(sandbox.state.root, { recursive: true, force: true });
    await sandbox.until(() => pids.every((pid) => identifyProcess(pid ?? 0) === undefined));
  });

  test("an agent's own call does not mark the services as its turn's", async () => {
    Object.assign(sandbox.env, { BATON_THREAD: "cart-7f3k", BATON_HOST: "somebody" });
    await sandbox.up();
    const environment = await readFile(`/proc/${sandbox.pids()["host"]}/environ`, "utf8");
    expect(environment).not.toMatch(/BATON_THREAD|BATON_HOST/);
    expect(environment).toContain("BATON_HUB_ADDRESS=127.0.0.1:");
  });

  test("a lock whose holder died is no obstacle", async () => {
    await sandbox.up();
    await sandbox.down();
    writeFileSync(sandbox.files.lockFile, JSON.stringify({ pid: process.pid, startTime: "long ago" }));
    await sandbox.up();
  });

  test("a service that cannot start fails with the end of its log, and nothing stays behind", async () => {
    const broken = join(sandbox.state.root, "..", "broken.mjs");
    writeFileSync(broken, "console.log('the reason why'); process.exit(7);");
    const attempt = ensureServices({ env: sandbox.env, onProgress: () => undefined, programs: { hub: broken, host: broken } });
    await expect(attempt).rejects.toMatchObject({ type: "SetupFailed", message: expect.stringContaining("the reason why") });
    expect(await processesOf(sandbox.state.root)).toEqual([]);
  });

  test("another Temporal Service than the running one is refused", async () => {
    await sandbox.up();
    Object.assign(sandbox.env, { TEMPORAL_ADDRESS: "127.0.0.1:1" });
    await expect(sandbox.up()).rejects.toMatchObject({ type: "Conflict" });
  });
});

test("a state directory that cannot be made is named", async () => {
  const env = { ...process.env, BATON_STATE_DIR: "/dev/null/state" };
  await expect(ensureServices({ env, onProgress: () => undefined })).rejects.toMatchObject({ type: "Settings" });
});

test("an unreachable Temporal Service starts nothing", async () => {
  const sandbox = servicesSandbox({ TEMPORAL_ADDRESS: "127.0.0.1:1" });
  afterAll(() => sandbox.dispose());
  await expect(sandbox.up()).rejects.toMatchObject({ type: "TemporalUnreachable" });
  expect(existsSync(sandbox.files.planFile)).toBe(false);
});

/** Processes whose environment names the state directory. */
async function processesOf(root: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      return environment.split("\0").includes(`BATON_STATE_DIR=${root}`) ? pid : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}
