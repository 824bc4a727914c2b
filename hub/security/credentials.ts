import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { checkServerIdentity, createSecureContext, type PeerCertificate } from "node:tls";
import { credentials, ServerCredentials, type ChannelCredentials } from "@grpc/grpc-js";
import { isLoopback, readSettingsFile, splitAddress, type HubConnection, type HubListen } from "../../config/hub-settings.ts";
import { BatonFailure } from "../../domain/failure.ts";

/** Settings when a file cannot be read, key and certificate do not belong together, or the certificate has expired. */
export function serverCredentials({ tls }: HubListen): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const cert = readSettingsFile(tls.certFile, "--tls-cert");
  const key = readSettingsFile(tls.keyFile, "--tls-key");
  checkPair({ cert, key }, tls.certFile);
  const clientCa = tls.clientCaFile === undefined ? null : readAuthority(tls.clientCaFile, "--client-ca");
  return ServerCredentials.createSsl(clientCa, [{ cert_chain: cert, private_key: key }], clientCa !== null);
}

/** The name that TLS asks an address for: an IP address is none, and is checked by itself. */
export function tlsName({ address, tls }: HubConnection): string | undefined {
  if (tls === undefined || tls.serverName !== undefined) return tls?.serverName;
  return isIP(splitAddress(address, "hub address").host) === 0 ? undefined : "baton-hub";
}

/** Settings when a file cannot be used, or a token would travel unencrypted to another machine. */
export function clientCredentials(connection: HubConnection): ChannelCredentials {
  const { tls } = connection;
  if (tls === undefined) {
    refuseOpenToken(connection);
    return credentials.createInsecure();
  }
  const { ca, cert, key } = readClientFiles(connection);
  const { host } = splitAddress(connection.address, "hub address");
  const byIp = isIP(host) !== 0 && tls.serverName === undefined;
  const verify = byIp ? { checkServerIdentity: (_name: string, found: PeerCertificate) => checkServerIdentity(host, found) } : {};
  return credentials.createSsl(ca, key, cert, verify);
}

/** What the files of a client hold; null for those not given. */
export function readClientFiles({ tls = {} }: HubConnection): { ca: Buffer | null; cert: Buffer | null; key: Buffer | null } {
  const ca = tls.caFile === undefined ? null : readAuthority(tls.caFile, "BATON_HUB_CA_FILE");
  const cert = tls.certFile === undefined ? null : readSettingsFile(tls.certFile, "BATON_HUB_CERT_FILE");
  const key = tls.keyFile === undefined ? null : readSettingsFile(tls.keyFile, "BATON_HUB_KEY_FILE");
  if (cert !== null && key !== null) checkPair({ cert, key }, tls.certFile ?? "");
  return { ca, cert, key };
}

function refuseOpenToken({ address, token, insecurePlaintext }: HubConnection): void {
  if (token === undefined || insecurePlaintext === true || isLoopback(splitAddress(address, "hub address").host)) return;
  throw new BatonFailure("Settings", "The token would travel unencrypted to another machine", {
    where: address,
    next: "set BATON_HUB_TLS=true and BATON_HUB_CA_FILE; or BATON_HUB_INSECURE_PLAINTEXT=true inside a network you trust",
  });
}

function readAuthority(file: string, from: string): Buffer {
  const content = readSettingsFile(file, from);
  try {
    // TLS itself would not complain, and trust nobody.
    readCertificate(content);
    return content;
  } catch (error) {
    throw new BatonFailure("Settings", `The file of ${from} holds no certificate`, {
      where: file,
      next: "give a PEM file",
      cause: error,
    });
  }
}

function readCertificate(content: Buffer): X509Certificate {
  return new X509Certificate(content);
}

function checkPair(pair: { cert: Buffer; key: Buffer }, where: string): void {
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new BatonFailure("Settings", `Certificate and key cannot be used together: ${(error as Error).message}`, {
      where,
      next: "give the certificate (PEM) and the key it was made with",
      cause: error,
    });
  }
  const { validTo } = readCertificate(pair.cert);
  if (Date.parse(validTo) > Date.now()) return;
  throw new BatonFailure("Settings", `The certificate expired on ${validTo}`, { where, next: "renew it: baton hub certs" });
}
