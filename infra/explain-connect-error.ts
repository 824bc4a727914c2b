import { explainConnection, type Explanation, type ServiceAdvice } from "../config/connections/explain-connection.ts";

interface Attempt {
  readonly code: number | undefined;
  readonly message: string;
  readonly tls: boolean;
  readonly namespace: string;
}

const codes = { unimplemented: 12, deadline: 4, notFound: 5, denied: 7, unauthenticated: 16 };

const advice: ServiceAdvice = {
  name: "Temporal",
  next: {
    hungUp: "check TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH, and that TEMPORAL_ADDRESS is Temporal's",
    needsTls: "set TEMPORAL_TLS=true, and TEMPORAL_TLS_SERVER_CA_CERT_PATH for a private authority",
    refused: "start the Temporal Service, or correct TEMPORAL_ADDRESS",
    unknownName: "correct the host name in TEMPORAL_ADDRESS",
    noRoute: "check the network or VPN",
    needsCertificate: "set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH",
    certificateRefused: "use a client certificate from an authority that the service trusts",
    expired: "renew the service's certificate",
    untrusted: "set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the service's CA certificate",
    otherName: "set TEMPORAL_TLS_SERVER_NAME to the name in the certificate",
    unreadableCertificate: "check the files named by TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH",
    plainText: "set TEMPORAL_TLS=false, or remove tls and api_key from the profile",
    otherService: "correct TEMPORAL_ADDRESS: it needs the gRPC port, usually 7233",
  },
};

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
  const known = explainConnection({ message, tls }, advice);
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
