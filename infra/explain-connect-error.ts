import { hungUp } from "./tls-handshake.ts";

interface Attempt {
  readonly code: number | undefined;
  readonly message: string;
  readonly tls: boolean;
  readonly namespace: string;
}

interface Explanation {
  readonly cause: string;
  readonly next: string;
}

/** Stands for an error message when the address turned out to speak TLS. */
export const plainTextToTls = "plain text to TLS";

const codes = { unimplemented: 12, deadline: 4, notFound: 5, denied: 7, unauthenticated: 16 };

// What Node, OpenSSL and grpc-js say, from the most to the least telling.
const reasons: readonly { readonly when: RegExp; readonly tls?: boolean; readonly cause: string; readonly next: string }[] = [
  {
    when: new RegExp(hungUp),
    cause: "it ends the connection after the TLS handshake, as one does that refuses the client certificate",
    next: "check TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH, and that TEMPORAL_ADDRESS is Temporal's",
  },
  {
    when: new RegExp(plainTextToTls),
    cause: "it speaks TLS, and plain text was tried",
    next: "set TEMPORAL_TLS=true, and TEMPORAL_TLS_SERVER_CA_CERT_PATH for a private authority",
  },
  {
    when: /ECONNREFUSED/,
    cause: "nothing listens there (connection refused)",
    next: "start the Temporal Service, or correct TEMPORAL_ADDRESS",
  },
  {
    when: /ENOTFOUND|EAI_AGAIN|Name resolution failed/i,
    cause: "the host name is unknown (DNS)",
    next: "correct the host name in TEMPORAL_ADDRESS",
  },
  { when: /EHOSTUNREACH|ENETUNREACH/, cause: "there is no route to that machine", next: "check the network or VPN" },
  {
    when: /certificate required/i,
    cause: "it requires a client certificate",
    next: "set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH",
  },
  {
    when: /alert (?:unknown ca|bad certificate|certificate (?:unknown|expired|revoked)|decrypt error|access denied)/i,
    cause: "it refuses the client certificate",
    next: "use a client certificate from an authority that the service trusts",
  },
  {
    when: /unable to verify|self.signed certificate|unable to get (?:local )?issuer/i,
    cause: "its certificate is from an authority that is not trusted here",
    next: "set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the service's CA certificate",
  },
  {
    when: /altnames|ERR_TLS_CERT_ALTNAME_INVALID/i,
    cause: "its certificate is for another host name",
    next: "set TEMPORAL_TLS_SERVER_NAME to the name in the certificate",
  },
  {
    when: /certificate has expired|CERT_HAS_EXPIRED/i,
    cause: "its certificate has expired",
    next: "renew the service's certificate",
  },
  {
    when: /PEM|PrivateKeyParse|asn1|key values mismatch/i,
    cause: "the client certificate or key cannot be read",
    next: "check the files named by TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH",
  },
  {
    when: /wrong version number|packet length too long|http request|EPROTO/i,
    tls: true,
    cause: "TLS was tried, but it speaks plain text",
    next: "set TEMPORAL_TLS=false, or remove tls and api_key from the profile",
  },
  {
    when: /HTTP status code|unexpected content-type|Protocol error/i,
    cause: "something else than Temporal answers there",
    next: "correct TEMPORAL_ADDRESS: it needs the gRPC port, usually 7233",
  },
];

/** Why a Temporal Service could not be used, and what mends it, from the error of a first call. */
export function explainConnectError({ code, message, tls, namespace }: Attempt): Explanation {
  if (code === codes.notFound && /namespace/i.test(message)) {
    return {
      cause: `there is no namespace "${namespace}"`,
      next: `set TEMPORAL_NAMESPACE, or create it: temporal operator namespace create --namespace ${namespace}`,
    };
  }
  if (code === codes.denied || code === codes.unauthenticated) {
    return {
      cause: "it refuses these credentials (unauthorized)",
      next: "check TEMPORAL_API_KEY and what it may do in the namespace",
    };
  }
  const known = reasons.find((each) => each.when.test(message) && (each.tls === undefined || each.tls === tls));
  if (known !== undefined) return known;
  if (code === codes.unimplemented)
    return { cause: "something else than Temporal answers there", next: "correct TEMPORAL_ADDRESS" };
  if (code === codes.deadline)
    return {
      cause: "it accepts connections but does not answer",
      next: "look at the Temporal Service, or correct TEMPORAL_ADDRESS",
    };
  const firstLine = message.split("\n")[0] ?? message;
  return { cause: firstLine, next: "check TEMPORAL_ADDRESS and the Temporal Service" };
}
