import { hungUp, plainTextToTls } from "./tls-handshake.ts";

export interface Explanation {
  readonly cause: string;
  readonly next: string;
}

export type ConnectionFailure = keyof typeof failures;

interface FailedConnection {
  /** What Node, OpenSSL or grpc-js said, or what stands for it. */
  readonly message: string;
  /** Whether TLS was tried. */
  readonly tls: boolean;
}

/** What is at an address, and what mends each failure to connect to it. */
export interface ServiceAdvice {
  readonly name: string;
  readonly next: Readonly<Record<ConnectionFailure, string>>;
}

// From the most to the least telling.
const failures = {
  hungUp: {
    when: new RegExp(hungUp),
    cause: "it ends the connection after the TLS handshake, as one does that refuses the client certificate",
  },
  needsTls: { when: new RegExp(plainTextToTls), cause: "it speaks TLS, and plain text was tried" },
  refused: { when: /ECONNREFUSED/, cause: "nothing listens there (connection refused)" },
  unknownName: { when: /ENOTFOUND|EAI_AGAIN|Name resolution failed/i, cause: "the host name is unknown (DNS)" },
  noRoute: { when: /EHOSTUNREACH|ENETUNREACH/, cause: "there is no route to that machine" },
  needsCertificate: { when: /certificate required/i, cause: "it requires a client certificate" },
  certificateRefused: {
    when: /alert (?:unknown ca|bad certificate|certificate (?:unknown|expired|revoked)|decrypt error|access denied)/i,
    cause: "it refuses the client certificate",
  },
  expired: { when: /certificate has expired|CERT_HAS_EXPIRED/i, cause: "its certificate has expired" },
  untrusted: {
    when: /unable to verify|self.signed certificate|unable to get (?:local )?issuer/i,
    cause: "its certificate is from an authority that is not trusted here",
  },
  otherName: { when: /altnames|ERR_TLS_CERT_ALTNAME_INVALID/i, cause: "its certificate is for another host name" },
  unreadableCertificate: {
    when: /PEM|PrivateKeyParse|asn1|key values mismatch/i,
    cause: "the client certificate or key cannot be read",
  },
  plainText: {
    when: /wrong version number|packet length too long|http request|EPROTO/i,
    cause: "TLS was tried, but it speaks plain text",
  },
  otherService: { when: /HTTP status code|unexpected content-type|Protocol error/i, cause: "something else answers there" },
} as const satisfies Readonly<Record<string, { readonly when: RegExp; readonly cause: string }>>;

/** Why a service could not be reached and what mends it; undefined when the message does not tell. */
export function explainConnection({ message, tls }: FailedConnection, { name, next }: ServiceAdvice): Explanation | undefined {
  const kinds = Object.keys(failures) as ConnectionFailure[];
  const kind = kinds.find((each) => failures[each].when.test(message) && (each !== "plainText" || tls));
  if (kind === undefined) return undefined;
  const cause = kind === "otherService" ? `something else than ${name} answers there` : failures[kind].cause;
  return { cause, next: next[kind] };
}
