import { isIP } from "node:net";
import { explainConnection, type Explanation, type ServiceAdvice } from "../../config/connections/explain-connection.ts";
import { plainTextToTls, speaksTls, tlsError } from "../../config/connections/tls-handshake.ts";
import { splitAddress, type HubConnection } from "../../config/hub-settings.ts";
import { readClientFiles } from "./credentials.ts";

const advice: ServiceAdvice = {
  name: "a hub",
  next: {
    hungUp: "check BATON_HUB_CERT_FILE and BATON_HUB_KEY_FILE, and that BATON_HUB_ADDRESS is the hub's",
    needsTls: "set BATON_HUB_TLS=true, and BATON_HUB_CA_FILE for a private authority",
    refused: "start it with `baton up` or `baton hub`, or correct BATON_HUB_ADDRESS",
    unknownName: "correct the host name in BATON_HUB_ADDRESS",
    noRoute: "check the network or VPN",
    needsCertificate: "set BATON_HUB_CERT_FILE and BATON_HUB_KEY_FILE",
    certificateRefused: "use a client certificate from the authority in the hub's --client-ca",
    expired: "renew the hub's certificate: baton hub certs",
    untrusted: "set BATON_HUB_CA_FILE to the certificate of the hub's authority",
    otherName: "set BATON_HUB_SERVER_NAME to the name in the certificate",
    unreadableCertificate: "check the files named by BATON_HUB_CERT_FILE and BATON_HUB_KEY_FILE",
    plainText: "set BATON_HUB_TLS=false and unset BATON_HUB_CA_FILE, or give the hub a certificate",
    otherService: "correct BATON_HUB_ADDRESS",
  },
};

const probeMs = 1500;

/** Why a hub could not be reached, and what mends it, from the message of a call; undefined when it cannot be told. */
export async function explainUnreachable(connection: HubConnection, message: string): Promise<Explanation | undefined> {
  const tls = connection.tls !== undefined;
  const known = explainConnection({ message, tls }, advice);
  if (known !== undefined) return known;
  // A wrong certificate and the wrong protocol look like any lost connection; only a handshake tells them apart.
  const problem = await tlsProblem(connection).catch(() => undefined);
  return problem === undefined ? undefined : explainConnection({ message: problem, tls }, advice);
}

/** What is wrong between a client and the hub at the level of TLS; undefined when nothing is. */
async function tlsProblem(connection: HubConnection): Promise<string | undefined> {
  const { tls, address } = connection;
  const at = { ...splitAddress(address, "hub address"), waitMs: probeMs };
  if (tls === undefined) return (await speaksTls(at)) ? plainTextToTls : undefined;
  const { ca, cert, key } = readClientFiles(connection);
  const name = tls.serverName ?? at.host;
  const options = {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(isIP(name) === 0 ? { servername: name } : {}),
  };
  return tlsError({ ...at, options });
}
