import { mkdir, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import type { HostRecord, KnownHost } from "../hub.ts";
import { hubLimits } from "../limits.ts";
import { removeTemporaries, writeDurably } from "./durable-file.ts";

/** The last word of every host of the last week. */
export interface Hosts {
  announce(host: HostRecord): Promise<void>;
  list(): Promise<readonly KnownHost[]>;
}

interface Heard {
  readonly host: HostRecord;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The same by `performance.now()`, which nobody sets: a clock that jumps brings no host to life and kills none. */
  readonly heardAt?: number;
  /** `performance.now()`. */
  readonly writtenAt: number;
}

/** A heartbeat needs no disk; this often is enough to tell after a restart who was there. */
const writeEveryMs = 60_000;

export async function createHosts(root: string): Promise<Hosts> {
  await mkdir(root, { recursive: true });
  await removeTemporaries(root);
  const known = await readHosts(root);
  const pathOf = (id: string) => join(root, `${id}.json`);
  const forgetOld = async () => {
    for (const [id, { at }] of known) {
      if (Date.now() - at < hubLimits.hostKeptMs) continue;
      known.delete(id);
      await rm(pathOf(id), { force: true });
    }
  };
  return {
    async announce(host) {
      const before = known.get(host.id);
      if (before === undefined && known.size >= hubLimits.hosts) await forgetOld();
      if (before === undefined && known.size >= hubLimits.hosts) throw tooMany();
      const at = Date.now();
      const heardAt = performance.now();
      const write = before === undefined || heardAt - before.writtenAt >= writeEveryMs || differ(before.host, host);
      known.set(host.id, { host, at, heardAt, writtenAt: write ? heardAt : before.writtenAt });
      if (write) await writeDurably(pathOf(host.id), `${JSON.stringify({ host, at })}\n`);
    },
    async list() {
      await forgetOld();
      return [...known.values()]
        .map((heard) => ({ ...heard.host, lastSeenMs: silenceOf(heard), alive: isAlive(heard.host, silenceOf(heard)) }))
        .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
    },
  };
}

/** Since before the hub's own start only the time of day tells. */
function silenceOf({ at, heardAt }: Heard): number {
  return heardAt === undefined ? Math.max(0, Date.now() - at) : performance.now() - heardAt;
}

function isAlive(host: HostRecord, silentMs: number): boolean {
  return host.ended !== true && silentMs <= 2.5 * hubLimits.announceMs;
}

/** Whether anything but the figures of the moment has changed. */
function differ(a: HostRecord, b: HostRecord): boolean {
  const lasting = ({ load1: _load1, places, ...host }: HostRecord) => JSON.stringify({ ...host, total: places.total });
  return lasting(a) !== lasting(b);
}

async function readHosts(root: string): Promise<Map<string, Heard>> {
  const known = new Map<string, Heard>();
  for (const name of await readdir(root)) {
    try {
      const { host, at } = JSON.parse(await readFile(join(root, name), "utf8")) as { host: HostRecord; at: number };
      known.set(host.id, { host, at, writtenAt: Number.NEGATIVE_INFINITY });
    } catch {
      // A damaged one is written anew by the host's next sign of life.
    }
  }
  return known;
}

function tooMany(): BatonFailure {
  return new BatonFailure("Conflict", `The hub knows ${hubLimits.hosts} hosts already`, {
    where: "hub",
    next: "give hosts lasting state folders, so that a restart is no new host",
  });
}
