import { readFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HubClientTls, HubConnection } from "../config/hub-settings.ts";
import { scratchFolder } from "../git/test-repository.ts";
import { connectHub } from "../hub/hub-client.ts";
import { startTestHub, type TestHub } from "../hub/test-hub.ts";
import { makeCertificates, type Certificates } from "./certificates.ts";

let folder: ReturnType<typeof scratchFolder>;
let ours: Certificates;
let foreign: Certificates;
let expired: Certificates;
let encrypted: TestHub;
let mutual: TestHub;
let plain: TestHub;
const token = "0123456789abcdef0123456789abcdef";

beforeAll(async () => {
  folder = scratchFolder();
  const make = (name: string, days: number) => makeCertificates({ out: join(folder.path, name), hosts: ["127.0.0.1"], days });
  [ours, foreign, expired] = await Promise.all([make("ours", 2), make("foreign", 2), make("expired", -1)]);
  const tls = { certFile: ours.serverCertFile, keyFile: ours.serverKeyFile };
  encrypted = await startTestHub(join(folder.path, "encrypted"), { tls, tokens: [token] });
  mutual = await startTestHub(join(folder.path, "mutual"), { tls: { ...tls, clientCaFile: ours.caFile } });
  plain = await startTestHub(join(folder.path, "plain"));
});

afterAll(async () => {
  await Promise.all([encrypted, mutual, plain].map((hub) => hub.stop()));
  folder.remove();
});

/** How long a first call takes, and what comes of it. */
async function call(connection: HubConnection): Promise<{ error: unknown; tookMs: number }> {
  const startedAt = performance.now();
  const hub = connectHub(connection);
  try {
    const error = await hub.openRepository({ repository: "r" }).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    return { error, tookMs: performance.now() - startedAt };
  } finally {
    hub.close();
  }
}

async function refusal(connection: HubConnection): Promise<unknown> {
  const { error, tookMs } = await call(connection);
  expect(tookMs).toBeLessThan(3000);
  return error;
}

const at = (hub: TestHub, tls: HubClientTls | undefined, more: Partial<HubConnection> = {}): HubConnection => ({
  address: hub.server.address,
  ...(tls === undefined ? {} : { tls }),
  ...more,
});

const withClient = ({ clientCertFile, clientKeyFile }: Certificates) => ({
  caFile: ours.caFile,
  certFile: clientCertFile,
  keyFile: clientKeyFile,
});

const unreachable = (cause: string) => ({ type: "HubUnreachable", message: expect.stringContaining(cause) as string });

test("a hub lets in who trusts it and brings a token, or a certificate", async () => {
  expect((await call(at(encrypted, { caFile: ours.caFile }, { token }))).error).toBeUndefined();
  expect((await call(at(mutual, withClient(ours)))).error).toBeUndefined();
});

test("no token and a wrong token are settings to mend", async () => {
  const missing = {
    type: "Settings",
    message: expect.stringContaining("none was sent"),
    next: expect.stringContaining("BATON_HUB_TOKEN"),
  };
  expect(await refusal(at(encrypted, { caFile: ours.caFile }))).toMatchObject(missing);
  const wrong = { type: "Settings", message: expect.stringContaining("does not know this token") };
  expect(await refusal(at(encrypted, { caFile: ours.caFile }, { token: `${token}0` }))).toMatchObject(wrong);
  expect(await refusal(at(encrypted, { caFile: ours.caFile }, { token: token.slice(1) }))).toMatchObject(wrong);
});

test("a hub of an authority that is not trusted is named as that", async () => {
  const problem = { ...unreachable("an authority that is not trusted"), next: expect.stringContaining("BATON_HUB_CA_FILE") };
  expect(await refusal(at(encrypted, { caFile: foreign.caFile }, { token }))).toMatchObject(problem);
  expect(await refusal(at(encrypted, {}, { token }))).toMatchObject(problem);
});

test("a client without a certificate, or with one of another authority, is told so", async () => {
  expect(await refusal(at(mutual, { caFile: ours.caFile }))).toMatchObject(unreachable("requires a client certificate"));
  expect(await refusal(at(mutual, withClient(foreign)))).toMatchObject(unreachable("client certificate"));
});

test("plain text to TLS and TLS to plain text are told apart", async () => {
  expect(await refusal(at(encrypted, undefined))).toMatchObject(unreachable("plain text was tried"));
  expect(await refusal(at(plain, { caFile: ours.caFile }))).toMatchObject(unreachable("it speaks plain text"));
});

test("a certificate for another name is told, and the name can be given", async () => {
  const { port } = new URL(`tcp://${encrypted.server.address}`);
  const other = { address: `127.0.0.2:${port}`, tls: { caFile: ours.caFile, serverName: "elsewhere.example" }, token };
  expect(await refusal({ ...other, address: encrypted.server.address })).toMatchObject(unreachable("another host name"));
  const named = { address: encrypted.server.address, tls: { caFile: ours.caFile, serverName: "localhost" }, token };
  expect((await call(named)).error).toBeUndefined();
});

test("expired certificates are refused on both sides", async () => {
  const { serverCertFile: certFile, serverKeyFile: keyFile } = expired;
  const start = startTestHub(join(folder.path, "expired-hub"), { tls: { certFile, keyFile } });
  await expect(start).rejects.toMatchObject({ type: "Settings", message: expect.stringContaining("expired") });
  const old = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile), ALPNProtocols: ["h2"] });
  old.on("tlsClientError", () => undefined);
  old.listen(0, "127.0.0.1");
  await once(old, "listening");
  const { port } = old.address() as { port: number };
  const error = await refusal({ address: `127.0.0.1:${port}`, tls: { caFile: expired.caFile } });
  old.close();
  expect(error).toMatchObject(unreachable("its certificate has expired"));
  expect(() => connectHub(at(mutual, withClient(expired)))).toThrow("expired");
});

test("the hub itself refuses an expired client certificate", async () => {
  const late = await makeCertificates({ out: join(folder.path, "ours"), hosts: ["127.0.0.1"], days: -1 });
  const { port } = new URL(`tcp://${mutual.server.address}`);
  const socket = connect({
    host: "127.0.0.1",
    port: Number(port),
    ca: readFileSync(ours.caFile),
    cert: readFileSync(late.clientCertFile),
    key: readFileSync(late.clientKeyFile),
    ALPNProtocols: ["h2"],
  });
  let heard = 0;
  socket.on("data", (chunk) => (heard += chunk.length));
  await once(socket, "close");
  // Whoever is let in is greeted with the settings of HTTP/2.
  expect(heard).toBe(0);
});

test("an address that answers nothing is given up within three seconds", async () => {
  // TEST-NET-1 is routed nowhere; some machines say so at once.
  expect(await refusal({ address: "192.0.2.1:7377" })).toMatchObject({ type: "HubUnreachable" });
});

test("files that cannot be used are settings to mend", () => {
  const use = (tls: HubClientTls) => () => connectHub(at(mutual, tls));
  expect(use({ caFile: join(folder.path, "absent.pem") })).toThrow("cannot be read");
  expect(use({ caFile: ours.clientKeyFile })).toThrow("holds no certificate");
  expect(use({ ...withClient(ours), keyFile: foreign.clientKeyFile })).toThrow("cannot be used together");
});

test("names that are none are refused before anything is made", async () => {
  const bad = makeCertificates({ out: join(folder.path, "bad"), hosts: ["a,DNS:*"] });
  await expect(bad).rejects.toMatchObject({ type: "Usage" });
});
