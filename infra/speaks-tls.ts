import { connect } from "node:tls";

/** Whether a TLS handshake begins at the address; certificates are not looked at. */
export function speaksTls(address: string, waitMs: number): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replaceAll(/[[\]]/g, ""),
      port: Number(port || 7233),
      rejectUnauthorized: false,
      ALPNProtocols: ["h2"],
    });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(waitMs, () => done(false));
    socket.once("secureConnect", () => done(true));
    // An alert about certificates is TLS too.
    socket.once("error", (error: NodeJS.ErrnoException) => done(/alert/i.test(error.message)));
    socket.once("close", () => done(false));
  });
}
