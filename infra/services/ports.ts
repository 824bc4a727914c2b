import { connect, createServer } from "node:net";

const loopback = "127.0.0.1";

/** The wanted port when nobody listens on it, else one that the kernel chooses. */
export async function choosePort(wanted: number | undefined): Promise<number> {
  if (wanted !== undefined && (await tryPort(wanted)) !== undefined) return wanted;
  const chosen = await tryPort(0);
  if (chosen === undefined) throw new Error("the system gives no free port on 127.0.0.1");
  return chosen;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ host: loopback, port }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}

/** Whether something on this machine accepts connections on the port. */
export function accepts(port: number, waitMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: loopback, port });
    const done = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(waitMs, () => done(false));
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
  });
}
