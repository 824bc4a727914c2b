import { connect, createServer, type Server } from "node:net";
import { execa } from "execa";

/** A network that a process can be put into, from which it reaches a few addresses of this machine. */
export interface Bridge {
  /** Command that runs another one inside. */
  readonly inside: readonly string[];
  /** An address of this machine as it is called inside. */
  seen(address: string): string;
  /** How it is joined, for people. */
  readonly said: string;
  close(): Promise<void>;
}

const plain: Bridge = {
  inside: [],
  seen: (address) => address,
  said: "as a process with a home of its own, in the same network: a network namespace takes root and ip netns",
  close: async () => undefined,
};

/** A network namespace of its own where this machine lets us make one, with nothing in it but a way to these addresses. */
export async function bridgeTo(addresses: readonly string[]): Promise<Bridge> {
  const name = `baton-${process.pid}`;
  const [near, far] = [`bn${process.pid}a`, `bn${process.pid}b`];
  // Any /30 will do: nothing else is routed into it.
  const subnet = `10.213.${process.pid % 256}`;
  const [gateway, guest] = [`${subnet}.1`, `${subnet}.2`];
  const close = async (servers: readonly Server[]) => {
    for (const server of servers) server.close();
    await execa("ip", ["netns", "del", name], { reject: false });
    await execa("ip", ["link", "del", near], { reject: false });
  };
  const servers: Server[] = [];
  try {
    await execa("ip", ["netns", "add", name]);
    await execa("ip", ["link", "add", near, "type", "veth", "peer", "name", far, "netns", name]);
    await execa("ip", ["addr", "add", `${gateway}/30`, "dev", near]);
    await execa("ip", ["link", "set", near, "up"]);
    await execa("ip", ["-n", name, "addr", "add", `${guest}/30`, "dev", far]);
    await execa("ip", ["-n", name, "link", "set", far, "up"]);
    await execa("ip", ["-n", name, "link", "set", "lo", "up"]);
    for (const address of addresses) servers.push(await forward(gateway, portOf(address)));
  } catch {
    await close(servers).catch(() => undefined);
    return plain;
  }
  return {
    inside: ["ip", "netns", "exec", name],
    seen: (address) => `${gateway}:${portOf(address)}`,
    said: `from a network namespace of its own (${guest})`,
    close: () => close(servers),
  };
}

/** The services listen on loopback only, so the way to them leads through this process. */
function forward(host: string, port: number): Promise<Server> {
  const server = createServer((guest) => {
    const service = connect({ host: "127.0.0.1", port });
    const end = () => void [guest.destroy(), service.destroy()];
    guest.on("error", end).on("close", end).pipe(service);
    service.on("error", end).on("close", end).pipe(guest);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => resolve(server.unref()));
  });
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}
