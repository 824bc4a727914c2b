import { isIP, type Socket } from "node:net";
import { connect } from "node:tls";
import { splitAddress, type HubConnection } from "../../config/hub-settings.ts";
import { readClientFiles } from "./credentials.ts";

/** Stands for an error message when the hub ends the connection after the handshake without a word. */
export const hungUp = "closed after the handshake";
/** Stands for an error message when the address turned out to speak TLS. */
export const plainTextToTls = "plain text to TLS";

/**
 * What is wrong between a client and the hub at the level of TLS; undefined when nothing is. The refusal of a client's
 * certificate arrives after the client takes the connection as made, so it waits for what follows.
 */
export async function tlsProblem(connection: HubConnection, waitMs: number): Promise<string | undefined> {
  const { tls, address } = connection;
  if (tls === undefined) {
    const { secured, error } = await shakeHands({ address, options: { rejectUnauthorized: false }, waitMs });
    return secured || /alert/i.test(error ?? "") ? plainTextToTls : undefined;
  }
  const { ca, cert, key } = readClientFiles(connection);
  const { host } = splitAddress(address, "hub address");
  const name = tls.serverName ?? host;
  const options = {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(isIP(name) === 0 ? { servername: name } : {}),
  };
  return (await shakeHands({ address, options, waitMs })).error;
}

interface Handshake {
  readonly address: string;
  readonly options: object;
  readonly waitMs: number;
}

function shakeHands({ address, options, waitMs }: Handshake): Promise<{ secured: boolean; error: string | undefined }> {
  const { host, port } = splitAddress(address, "hub address");
  return new Promise((resolve) => {
    let secured = false;
    const socket = connect({ host, port, ALPNProtocols: ["h2"], ...options });
    const done = (error?: string) => {
      clearTimeout(timer);
      (socket as Socket).destroy();
      resolve({ secured, error });
    };
    const timer = setTimeout(() => done(), waitMs);
    socket.once("secureConnect", () => {
      secured = true;
      if ("rejectUnauthorized" in options) done();
    });
    socket.once("error", (error) => done(error.message));
    socket.once("close", () => done(secured ? hungUp : undefined));
    // Nothing is noticed on a socket that nobody reads.
    socket.resume();
  });
}
