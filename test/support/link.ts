import { createServer, connect, type AddressInfo, type Socket } from "node:net";

/** A way from one machine to a service, over which a test has power. */
export interface Link {
  /** `host:port` that the machine is given in place of the service's own address. */
  readonly address: string;
  /** Ends every connection and refuses new ones, as when an interface goes down. */
  cut(): void;
  /** Nothing gets through either way and nobody is told, as in a partition. */
  stall(): void;
  /** Lets everything through again; what was written while it stalled arrives late. */
  heal(): void;
  close(): Promise<void>;
}

type State = "up" | "cut" | "stalled";

/** Forwards TCP to `target` (`host:port`) from a free port of an address of this machine. */
export async function openLink(target: string, address = "127.0.0.1"): Promise<Link> {
  const [host = "", port = ""] = target.split(":");
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: State = "up";
  const server = createServer((near) => {
    near.on("error", () => undefined);
    if (state === "cut") return void near.destroy();
    const far = connect(Number(port), host);
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      if (state === "stalled") from.pause();
      from.on("data", (chunk) => !to.write(chunk) && from.pause());
      to.on("drain", () => state === "up" && from.resume());
      from.on("error", () => undefined);
      from.on("close", () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
  });
  const drop = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    address: `${address}:${(server.address() as AddressInfo).port}`,
    cut() {
      state = "cut";
      drop();
    },
    stall() {
      state = "stalled";
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    heal() {
      state = "up";
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    async close() {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
