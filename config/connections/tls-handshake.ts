import { connect, type ConnectionOptions } from "node:tls";

/** Stands for an error message when the other side ends the connection after the handshake without a word. */
export const hungUp = "closed after the handshake";
/** Stands for an error message when the address turned out to speak TLS. */
export const plainTextToTls = "plain text to TLS";

interface Handshake {
  readonly host: string;
  readonly port: number;
  readonly options: ConnectionOptions;
  /** Milliseconds after which nothing is known to be wrong. */
  readonly waitMs: number;
}

/** Whether a TLS handshake begins at the address; certificates are not looked at. */
export async function speaksTls(at: Omit<Handshake, "options">): Promise<boolean> {
  const { secured, error } = await shakeHands({ ...at, options: { rejectUnauthorized: false } });
  return secured || /alert/i.test(error ?? "");
}

/**
 * What goes wrong in a TLS handshake, undefined when nothing does. A server's refusal of the client's certificate arrives
 * after the client takes the connection as made, so it waits for what follows.
 */
export async function tlsError(handshake: Handshake): Promise<string | undefined> {
  return (await shakeHands(handshake)).error;
}

function shakeHands({ host, port, options, waitMs }: Handshake): Promise<{ secured: boolean; error: string | undefined }> {
  return new Promise((resolve) => {
    let secured = false;
    const socket = connect({ host, port, ALPNProtocols: ["h2"], ...options });
    const done = (error?: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ secured, error });
    };
    const timer = setTimeout(() => done(), waitMs);
    socket.once("secureConnect", () => {
      secured = true;
      if (options.rejectUnauthorized === false) done();
    });
    socket.once("error", (error) => done(error.message));
    socket.once("close", () => done(secured ? hungUp : undefined));
    // Nothing is noticed on a socket that nobody reads.
    socket.resume();
  });
}
