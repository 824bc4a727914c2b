import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connectHub, type HubClient } from "../../hub/hub-client.ts";
import { bytesOf, checkpointOf, createTestWork, only } from "../../hub/test-hub.ts";

export interface HubLoad {
  readonly clients: number;
  readonly pushes: number;
  readonly packBytes: number;
  readonly pushesPerSecond: number;
  readonly megabytesPerSecond: number;
  /** Milliseconds for one push. */
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Resident megabytes of the hub's own process. */
  readonly idleMegabytes: number;
  readonly peakMegabytes: number;
  readonly problems: number;
}

interface Load {
  /** Connections at once, each for a thread of its own. */
  readonly clients: number;
  readonly pushesEach: number;
  /** Incompressible bytes that each checkpoint adds. */
  readonly bytes: number;
}

const repository = "repo-1";

/** Clients that push checkpoints all at once to a hub of its own process, on the same repository. */
export async function measureHubLoad(load: Load): Promise<HubLoad> {
  const folder = mkdtempSync(join(tmpdir(), "baton-hub-load-"));
  const hub = await startHub(folder);
  const work = await createTestWork();
  try {
    const chain = await makeChain(work, load);
    const first = connectHub({ address: hub.address });
    await first.pushBase({ repository, commit: work.base }, work.pack(work.base));
    const idleMegabytes = memoryOf(hub.pid, "VmRSS");
    const clients = Array.from({ length: load.clients }, () => connectHub({ address: hub.address }));
    const startedAt = performance.now();
    const times = (await Promise.all(clients.map((client, index) => pushAll(client, `t-${index}`, chain))))
      .flat()
      .sort((a, b) => a - b);
    const seconds = (performance.now() - startedAt) / 1000;
    const peakMegabytes = memoryOf(hub.pid, "VmHWM");
    const { problems } = await first.checkStore();
    for (const client of [first, ...clients]) client.close();
    const packBytes = chain[0]?.pack.length ?? 0;
    return {
      clients: load.clients,
      pushes: times.length,
      packBytes,
      pushesPerSecond: times.length / seconds,
      megabytesPerSecond: (times.length * packBytes) / 1e6 / seconds,
      medianMs: times[Math.floor(times.length / 2)] ?? 0,
      p95Ms: times[Math.floor(times.length * 0.95)] ?? 0,
      idleMegabytes,
      peakMegabytes,
      problems: problems.length,
    };
  } finally {
    await hub.stop();
    work.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Made = { readonly commit: string; readonly tree: string; readonly pack: Buffer };

async function makeChain(work: Awaited<ReturnType<typeof createTestWork>>, load: Load): Promise<readonly Made[]> {
  const chain: Made[] = [];
  let previous = work.base;
  for (let turn = 0; turn < load.pushesEach; turn += 1) {
    const made = await work.commit(randomBytes(load.bytes).toString("base64"));
    chain.push({ ...made, pack: await bytesOf(work.pack(made.commit, [previous])) });
    previous = made.commit;
  }
  return chain;
}

async function pushAll(client: HubClient, thread: string, chain: readonly Made[]): Promise<number[]> {
  await client.claimEpoch({ repository, thread, epoch: 1 });
  const times: number[] = [];
  let previous: string | undefined;
  for (const [turn, made] of chain.entries()) {
    const startedAt = performance.now();
    const more = { thread, turn, ...(previous === undefined ? {} : { previous }) };
    await client.pushCheckpoint(checkpointOf(made, more), only(made.pack));
    times.push(performance.now() - startedAt);
    previous = made.commit;
  }
  return times;
}

async function startHub(folder: string) {
  const main = fileURLToPath(new URL("../../hub/main.ts", import.meta.url));
  const ready = join(folder, "ready.json");
  const env = { PATH: process.env["PATH"], BATON_STATE_DIR: folder, BATON_READY_FILE: ready };
  const child = spawn(process.execPath, ["--import", "tsx", main], { env, stdio: "ignore" });
  for (let waited = 0; !existsSync(ready); waited += 20) {
    if (waited > 20_000 || child.exitCode !== null) throw new Error("the hub did not start");
    await delay(20);
  }
  const { pid, address } = JSON.parse(readFileSync(ready, "utf8")) as { pid: number; address: string };
  const stop = async () => {
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  return { pid, address, stop };
}

function memoryOf(pid: number, field: "VmRSS" | "VmHWM"): number {
  const kilobytes = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
