import { execFileSync } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectTemporal } from "../../infra/temporal-connection.ts";
import { runBaton } from "../support/run-baton.ts";
import { servicesSandbox } from "../support/services-sandbox.ts";
import { startWorldHost } from "../support/world-host.ts";
import { tlsFront } from "../support/tls-front.ts";

const sandbox = servicesSandbox();
const closers: (() => void)[] = [];
let plain = "";
let tls: Awaited<ReturnType<typeof tlsFront>>;
let mutual: Awaited<ReturnType<typeof tlsFront>>;
let foreign: Awaited<ReturnType<typeof tlsFront>>;

beforeAll(async () => {
  plain = (await sandbox.up()).temporal.address;
  tls = await tlsFront(plain);
  mutual = await tlsFront(plain, { requireClientCertificate: true });
  foreign = await tlsFront(plain);
  for (const front of [tls, mutual, foreign]) closers.push(() => front.close());
});

afterAll(async () => {
  for (const close of closers) close();
  await sandbox.dispose();
});

type Row = { name: string; cause: RegExp; env: () => Record<string, string> | Promise<Record<string, string>> };

const withCa = (front: { address: string; file: (name: string) => string }) => ({
  TEMPORAL_ADDRESS: front.address,
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: front.file("ca.pem"),
});
const withClient = (front: { file: (name: string) => string }) => ({
  TEMPORAL_TLS_CLIENT_CERT_PATH: front.file("client.pem"),
  TEMPORAL_TLS_CLIENT_KEY_PATH: front.file("client.key"),
});

const rows: Row[] = [
  { name: "nobody listens", cause: /connection refused/, env: () => ({ TEMPORAL_ADDRESS: "127.0.0.1:1" }) },
  {
    name: "the host name is unknown",
    cause: /host name is unknown/,
    env: () => ({ TEMPORAL_ADDRESS: "no-such-host.invalid:7233" }),
  },
  {
    name: "the namespace is missing",
    cause: /no namespace "nowhere"/,
    env: () => ({ TEMPORAL_ADDRESS: plain, TEMPORAL_NAMESPACE: "nowhere" }),
  },
  { name: "plain text to TLS", cause: /it speaks TLS/, env: () => ({ TEMPORAL_ADDRESS: tls.address }) },
  { name: "TLS to plain text", cause: /speaks plain text/, env: () => ({ TEMPORAL_ADDRESS: plain, TEMPORAL_TLS: "true" }) },
  {
    name: "a private authority",
    cause: /not trusted here/,
    env: () => ({ TEMPORAL_ADDRESS: tls.address, TEMPORAL_TLS: "true" }),
  },
  {
    name: "the wrong authority",
    cause: /not trusted here/,
    env: () => ({ ...withCa(tls), TEMPORAL_TLS_SERVER_CA_CERT_PATH: foreign.file("ca.pem") }),
  },
  {
    name: "another host name",
    cause: /another host name/,
    env: () => ({ ...withCa(tls), TEMPORAL_TLS_SERVER_NAME: "elsewhere" }),
  },
  { name: "no client certificate", cause: /requires a client certificate/, env: () => withCa(mutual) },
  {
    name: "a foreign client certificate",
    cause: /refuses the client certificate/,
    env: () => ({ ...withCa(mutual), ...withClient(foreign) }),
  },
  {
    name: "a broken client certificate",
    cause: /cannot be read/,
    env: () => ({ ...withCa(mutual), TEMPORAL_TLS_CLIENT_CERT_DATA: "garbage", TEMPORAL_TLS_CLIENT_KEY_DATA: "garbage" }),
  },
  {
    name: "another HTTP server",
    cause: /something else than Temporal/,
    env: () => listening(createHttpServer((_, answer) => answer.writeHead(404).end())),
  },
  { name: "a server that never answers", cause: /does not answer/, env: () => listening(createServer(() => undefined)) },
];

test.each(rows)("$name is named within 3 s", async ({ cause, env }) => {
  const wanted = await env();
  const startedAt = performance.now();
  await expect(connectTemporal({ env: { ...process.env, ...wanted } })).rejects.toMatchObject({
    type: "TemporalUnreachable",
    message: expect.stringMatching(cause),
    next: expect.stringMatching(/./),
  });
  expect(performance.now() - startedAt).toBeLessThan(3000);
});

test("the right certificates connect", async () => {
  const env = { ...process.env, ...withCa(mutual), ...withClient(mutual) };
  const { client, connection } = await connectTemporal({ env });
  expect(await client.workflow.count()).toMatchObject({ count: 0 });
  await connection.close();
});

test("a host that comes first to a namespace prepares it, and names one that is missing", async () => {
  const namespace = "fresh";
  execFileSync(String(process.env["BATON_TEMPORAL_BIN"]), [
    "operator",
    "namespace",
    "create",
    "--address",
    plain,
    "-n",
    namespace,
  ]);
  const { PATH = "", HOME = "" } = process.env;
  const place = { name: "first", root: sandbox.state.root, env: { PATH, HOME }, files: sandbox.files };
  const first = await startWorldHost(place, { env: { TEMPORAL_NAMESPACE: namespace } });
  const { connection } = await connectTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: plain } });
  closers.push(() => void connection.close());
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  expect(Object.keys(customAttributes)).toContain("BatonHost");
  await first.stop();
  const lost = await runBaton(["host"], { env: { ...first.env, TEMPORAL_NAMESPACE: "nowhere" } });
  expect(lost).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(/there is no namespace "nowhere"\n.*\n {2}next: set TEMPORAL_NAMESPACE/),
  });
});

async function listening(server: Server): Promise<Record<string, string>> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  closers.push(() => server.close());
  return { TEMPORAL_ADDRESS: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}
