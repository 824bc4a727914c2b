import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to a service that counts what comes back over it. */
export interface CountingLink {
  readonly address: string;
  /** Bytes that the service has sent so far. */
  received(): number;
  close(): void;
}

/** Forwards TCP to `target` (`host:port`) from a free port of the loopback interface. */
export async function openCountingLink(target: string): Promise<CountingLink> {
  const [host = "", port = ""] = target.split(":");
  const sockets = new Set<Socket>();
  let received = 0;
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    far.on("data", (chunk) => (received += chunk.length));
    near.pipe(far);
    far.pipe(near);
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      sockets.add(socket);
      // Small messages would wait for the other side's delayed acknowledgement.
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket) && other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => received,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
