import type { HubConnection } from "../../config/hub-settings.ts";
import { hungUp, plainTextToTls, tlsProblem } from "./tls-probe.ts";

interface Explanation {
  readonly cause: string;
  readonly next: string;
}

// What Node, OpenSSL and grpc-js say, from the most to the least telling.
const reasons: readonly { readonly when: RegExp; readonly cause: string; readonly next: string }[] = [
  {
    when: /ECONNREFUSED/,
    cause: "nothing listens there (connection refused)",
    next: "start it with `baton up` or `baton hub`, or correct BATON_HUB_ADDRESS",
  },
  {
    when: /ENOTFOUND|EAI_AGAIN|Name resolution failed/i,
    cause: "the host name is unknown (DNS)",
    next: "correct the host name in BATON_HUB_ADDRESS",
  },
  { when: /EHOSTUNREACH|ENETUNREACH/, cause: "there is no route to that machine", next: "check the network or VPN" },
  {
    when: new RegExp(plainTextToTls),
    cause: "it speaks TLS, and plain text was tried",
    next: "set BATON_HUB_TLS=true, and BATON_HUB_CA_FILE for a private authority",
  },
  {
    when: /certificate required/i,
    cause: "it requires a client certificate",
    next: "set BATON_HUB_CERT_FILE and BATON_HUB_KEY_FILE",
  },
  {
    when: /alert (?:unknown ca|bad certificate|certificate (?:unknown|expired|revoked)|decrypt error|access denied)/i,
    cause: "it refuses the client certificate",
    next: "use a client certificate from the authority in the hub's --client-ca",
  },
  {
    when: new RegExp(hungUp),
    cause: "it ends the connection after the TLS handshake, as one does that refuses the client certificate",
    next: "check BATON_HUB_CERT_FILE and BATON_HUB_KEY_FILE, and that BATON_HUB_ADDRESS is the hub's",
  },
  {
    when: /certificate has expired|CERT_HAS_EXPIRED/i,
    cause: "its certificate has expired",
    next: "renew the hub's certificate: baton hub certs",
  },
  {
    when: /unable to verify|self.signed certificate|unable to get (?:local )?issuer/i,
    cause: "its certificate is from an authority that is not trusted here",
    next: "set BATON_HUB_CA_FILE to the certificate of the hub's authority",
  },
  {
    when: /altnames|ERR_TLS_CERT_ALTNAME_INVALID/i,
    cause: "its certificate is for another host name",
    next: "set BATON_HUB_SERVER_NAME to the name in the certificate",
  },
  {
    when: /wrong version number|packet length too long|http request/i,
    cause: "TLS was tried, but it speaks plain text",
    next: "set BATON_HUB_TLS=false and unset BATON_HUB_CA_FILE, or give the hub a certificate",
  },
  {
    when: /HTTP status code|unexpected content-type|Protocol error/i,
    cause: "something else than a hub answers there",
    next: "correct BATON_HUB_ADDRESS",
  },
];

const probeMs = 1500;

/** Why a hub could not be reached, and what mends it, from the message of a call; undefined when it cannot be told. */
export async function explainUnreachable(connection: HubConnection, message: string): Promise<Explanation | undefined> {
  const known = match(message);
  if (known !== undefined) return known;
  // A wrong certificate and the wrong protocol look like any lost connection; only a handshake tells them apart.
  const problem = await tlsProblem(connection, probeMs).catch(() => undefined);
  return problem === undefined ? undefined : match(problem);
}

function match(message: string): Explanation | undefined {
  const reason = reasons.find(({ when }) => when.test(message));
  return reason === undefined ? undefined : { cause: reason.cause, next: reason.next };
}
