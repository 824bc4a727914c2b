import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWorld, type BatonWorld } from "./baton-world.ts";
import { openKillPoints, type KillPoints } from "./kill-points.ts";
import { openLink } from "./link.ts";
import { openNetwork, whyNoNetwork } from "./network.ts";
import { processesWith } from "./processes.ts";
import { until } from "./until.ts";
import type { HostWish, WorldHost } from "./world-host.ts";

/** `pull` takes the machine's cable away where it has a network of its own, and cuts its links elsewhere. */
type LinkFault = "cut" | "stall" | "pull" | "heal";

/** A machine of its own: network, state directory, home, host process, and links to Temporal and the hub. */
export interface Machine {
  readonly name: string;
  /** Where its host can be made to die; only in a world with kill points. */
  readonly points: KillPoints;
  host(): WorldHost;
  /** Kills the host's process, as a crash does: what it started lives on until the host is back. */
  kill9(): Promise<void>;
  /** Kills the host and everything that works for threads on it, as when power fails. */
  powerOff(): Promise<void>;
  /** Starts the host again, when it has ended. */
  start(): Promise<void>;
  /** All of it, or one of its two links; a cable has both. */
  link(fault: LinkFault, which?: "temporal" | "hub"): void;
  /** Everything that works for threads on it. */
  processes(): readonly number[];
}

export type CrashWorld = Awaited<ReturnType<typeof createCrashWorld>>;

interface CrashOptions {
  /** Processes can be made to die at named points. */
  readonly killPoints?: boolean;
  /** Whether machines get networks of their own where that is possible; otherwise they see what listens on this one's loopback. */
  readonly ownNetworks?: boolean;
}

interface Making {
  readonly world: BatonWorld;
  /** Folder of the world's kill points; absent without them. */
  readonly points: string | undefined;
  readonly ownNetworks: boolean;
}

/**
 * A world with machines that can be killed, frozen and cut off. Where this machine allows it, each of them is in a network
 * namespace of its own; its only way to Temporal and the hub is a TCP forwarder for each, which the test has power over.
 */
export async function createCrashWorld(extra: Readonly<Record<string, string>> = {}, options: CrashOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), "baton-points-"));
  const points = options.killPoints === true ? folder : undefined;
  const home = openKillPoints(join(folder, "home"));
  const env = { BATON_HEARTBEAT_TIMEOUT_MS: "3000", ...(points === undefined ? {} : home.env), ...extra };
  const world = await createWorld(env);
  const closing: (() => Promise<void>)[] = [];
  const machines: Machine[] = [];

  async function machine(name: string, wish: HostWish = {}): Promise<Machine> {
    const made = await makeMachine({ world, points, ownNetworks: options.ownNetworks ?? true }, name, wish);
    closing.push(made.close);
    machines.push(made.machine);
    return made.machine;
  }

  return {
    world,
    machine,
    machines: machines as readonly Machine[],
    /** Points of the home machine's hub and host. */
    points: home,
    /** Waits until a service of the home machine that died is there again, sooner than its supervisor would have it. */
    async revive(name: "hub" | "host" | "temporal", died: number | undefined): Promise<void> {
      await until(() => world.pids()[name] !== died, { why: `${name} has died` });
      // Whatever dies next may do so in the midst of it.
      await until(async () => (await world.baton(["up"])).code === 0, { why: `${name} is back`, withinMs: 60_000 });
    },
    async close() {
      for (const each of machines) {
        each.link("heal");
        each.host().signal("SIGCONT");
      }
      try {
        await world.close();
      } finally {
        for (const close of closing) await close();
        rmSync(folder, { recursive: true, force: true });
      }
      const left = machines.flatMap((each) => each.processes());
      if (left.length > 0) throw new Error(`processes are left on the machines: ${left.join(", ")}`);
    },
  };
}

async function makeMachine({ world, points: folder, ownNetworks }: Making, name: string, wish: HostWish) {
  const endpoints = world.files.readEndpoints();
  if (endpoints === undefined) throw new Error("the world's services are not up");
  const network = ownNetworks && whyNoNetwork() === null ? openNetwork() : undefined;
  const open = (target: string) => openLink(target, network?.gateway);
  const links = { temporal: await open(endpoints.temporal.address), hub: await open(endpoints.hub.address) };
  const home = join(world.root, "homes", name);
  mkdirSync(home, { recursive: true });
  const points = openKillPoints(join(folder ?? home, `points-${name}`));
  const env = {
    HOME: home,
    TEMPORAL_ADDRESS: links.temporal.address,
    BATON_HUB_ADDRESS: links.hub.address,
    ...(folder === undefined ? {} : points.env),
    ...wish.env,
  };
  const startHost = () => world.host(name, { ...wish, env, ...(network === undefined ? {} : { inside: network.inside }) });
  const processes = () => processesWith(`BATON_HOST=${name}`, `HOME=${home}`).map(({ pid }) => pid);
  const machine = machineOf({ name, points, links, network, processes, startHost, host: await startHost() });
  const close = async () => {
    await Promise.all([links.temporal.close(), links.hub.close()]);
    network?.close();
  };
  return { machine, close };
}

interface Parts extends Pick<Machine, "name" | "points" | "processes"> {
  readonly links: Readonly<Record<"temporal" | "hub", Awaited<ReturnType<typeof openLink>>>>;
  readonly network: ReturnType<typeof openNetwork> | undefined;
  readonly startHost: () => Promise<WorldHost>;
  host: WorldHost;
}

function machineOf(parts: Parts): Machine {
  const { name, points, processes, links, network, startHost } = parts;
  const kill9 = async () => {
    parts.host.signal("SIGKILL");
    await parts.host.ended(5_000);
  };
  return {
    name,
    points,
    host: () => parts.host,
    kill9,
    async powerOff() {
      await kill9();
      await until(() => processes().every((pid) => process.kill(pid, "SIGKILL") && false) && processes().length === 0, {
        why: `nothing runs on ${name}`,
      });
    },
    async start() {
      parts.host = await startHost();
    },
    link(fault, which) {
      if (fault === "pull" && network !== undefined) return network.pull();
      if (fault === "heal") network?.putBack();
      for (const each of which === undefined ? [links.temporal, links.hub] : [links[which]]) {
        each[fault === "pull" ? "cut" : fault]();
      }
    },
    processes,
  };
}
