import { execFileSync } from "node:child_process";
import { networkInterfaces } from "node:os";

/** A network namespace with one cable to the test's own, in which a machine's processes run. */
export interface Network {
  /** Address of the test's end of the cable, where services can be forwarded to. */
  readonly gateway: string;
  /** Command that runs another one inside, as the same process. */
  readonly inside: readonly string[];
  /** Pulls the cable or puts it back: packets are lost both ways, and no connection is told. */
  pull(): void;
  putBack(): void;
  close(): void;
}

const prefix = "baton-net-";
let made = 0;
let missing: string | null | undefined;

/** Why this machine makes no network namespaces; null where it does. */
export function whyNoNetwork(): string | null {
  if (missing === undefined) {
    try {
      removeAbandoned();
      openNetwork().close();
      missing = null;
    } catch (error) {
      missing = `no network namespace can be made: ${String(error instanceof Error ? error.message : error)
        .split("\n")
        .at(-1)}`;
    }
  }
  return missing;
}

/** Throws where `whyNoNetwork` says why. */
export function openNetwork(): Network {
  const id = `${process.pid}-${(made += 1)}`;
  const name = `${prefix}${id}`;
  const near = `bt${process.pid.toString(36)}.${made.toString(36)}`;
  const { gateway, guest } = freeSubnet();
  const close = () => {
    // The cable goes with either of its ends.
    for (const args of [["link", "del", near] as const, ["netns", "del", name] as const]) quietly(...args);
  };
  try {
    ip("netns", "add", name);
    ip("link", "add", near, "type", "veth", "peer", "name", "eth0", "netns", name);
    ip("addr", "add", `${gateway}/30`, "dev", near);
    ip("link", "set", near, "up");
    ip("-n", name, "addr", "add", `${guest}/30`, "dev", "eth0");
    for (const device of ["eth0", "lo"]) ip("-n", name, "link", "set", device, "up");
  } catch (error) {
    close();
    throw error;
  }
  return {
    gateway,
    inside: ["ip", "netns", "exec", name],
    pull: () => ip("link", "set", near, "down"),
    putBack: () => ip("link", "set", near, "up"),
    close,
  };
}

/** Of the range that is kept for tests of networks (198.18.0.0/15), so that it is nobody's real one. */
function freeSubnet(): { gateway: string; guest: string } {
  const used = Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
  const subnets = 2 ** 15;
  const first = (process.pid * 31) % subnets;
  for (let tried = 0; tried < subnets; tried += 1) {
    const offset = ((first + tried) % subnets) * 4;
    const base = `198.${18 + (offset >> 16)}.${(offset >> 8) & 255}`;
    const gateway = `${base}.${(offset & 255) + 1}`;
    if (!used.includes(gateway)) return { gateway, guest: `${base}.${(offset & 255) + 2}` };
  }
  throw new Error("every subnet for tests is in use");
}

/** Namespaces of tests that were killed. */
function removeAbandoned(): void {
  for (const line of ip("netns", "list").split("\n")) {
    const name = line.split(" ")[0] ?? "";
    const pid = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    quietly("netns", "del", name);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function quietly(...args: readonly string[]): void {
  try {
    ip(...args);
  } catch {
    // It is not there.
  }
}

function ip(...args: readonly string[]): string {
  return execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
