import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createWorld, type BatonWorld } from "./baton-world.ts";
import { openLink } from "./link.ts";
import { processesWith } from "./processes.ts";
import { until } from "./until.ts";
import type { HostWish, WorldHost } from "./world-host.ts";

type LinkFault = "cut" | "stall" | "heal";

/** A machine of its own: state directory, home, host process, and links to Temporal and the hub. */
export interface Machine {
  readonly name: string;
  host(): WorldHost;
  /** Kills the host's process, as a crash does: what it started lives on until the host is back. */
  kill9(): Promise<void>;
  /** Kills the host and everything that works for threads on it, as when power fails. */
  powerOff(): Promise<void>;
  start(): Promise<void>;
  /** All of it, or one of its two links. */
  link(fault: LinkFault, which?: "temporal" | "hub"): void;
  /** Everything that works for threads on it. */
  processes(): readonly number[];
}

export type CrashWorld = Awaited<ReturnType<typeof createCrashWorld>>;

/**
 * A world with machines that can be killed, frozen and cut off. The links are TCP forwarders of the test, one per machine and
 * service, so that a partition needs neither root nor network namespaces.
 */
export async function createCrashWorld(extra: Readonly<Record<string, string>> = {}) {
  const world = await createWorld({ BATON_HEARTBEAT_TIMEOUT_MS: "3000", ...extra });
  const closing: (() => Promise<void>)[] = [];
  const machines: Machine[] = [];

  async function machine(name: string, wish: HostWish = {}): Promise<Machine> {
    const made = await makeMachine(world, name, wish);
    closing.push(made.close);
    machines.push(made.machine);
    return made.machine;
  }

  return {
    world,
    machine,
    async close() {
      for (const each of machines) {
        each.link("heal");
        each.host().signal("SIGCONT");
      }
      try {
        await world.close();
      } finally {
        for (const close of closing) await close();
      }
      const left = machines.flatMap((each) => each.processes());
      if (left.length > 0) throw new Error(`processes are left on the machines: ${left.join(", ")}`);
    },
  };
}

async function makeMachine(world: BatonWorld, name: string, wish: HostWish) {
  const endpoints = world.files.readEndpoints();
  if (endpoints === undefined) throw new Error("the world's services are not up");
  const links = { temporal: await openLink(endpoints.temporal.address), hub: await openLink(endpoints.hub.address) };
  const home = join(world.root, "homes", name);
  mkdirSync(home, { recursive: true });
  const env = { HOME: home, TEMPORAL_ADDRESS: links.temporal.address, BATON_HUB_ADDRESS: links.hub.address, ...wish.env };
  const startHost = () => world.host(name, { ...wish, env });
  let host = await startHost();
  const processes = () => processesWith(`BATON_HOST=${name}`, `HOME=${home}`).map(({ pid }) => pid);
  const kill9 = async () => {
    host.signal("SIGKILL");
    await host.ended(5_000);
  };
  const machine: Machine = {
    name,
    host: () => host,
    kill9,
    async powerOff() {
      await kill9();
      await until(() => processes().every((pid) => process.kill(pid, "SIGKILL") && false) && processes().length === 0, {
        why: `nothing runs on ${name}`,
      });
    },
    async start() {
      host = await startHost();
    },
    link(fault, which) {
      for (const each of which === undefined ? [links.temporal, links.hub] : [links[which]]) each[fault]();
    },
    processes,
  };
  return { machine, close: async () => void (await Promise.all([links.temporal.close(), links.hub.close()])) };
}
