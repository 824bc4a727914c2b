import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hubConnectionOf, hubConnectionTo, hubListenOf } from "./hub-settings.ts";

let folder: string;
let tokenFile: string;
const token = "0123456789abcdef";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "baton-hub-settings-"));
  tokenFile = join(folder, "tokens");
  writeFileSync(tokenFile, `# laptop\n${token}\n\n  fedcba9876543210\n`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a hub listens on loopback without asking for anything", () => {
  expect(hubListenOf({}, {})).toEqual({ host: "127.0.0.1", port: 7377, tokens: [] });
  expect(hubListenOf({ listen: "[::1]:0" }, {})).toMatchObject({ host: "::1", port: 0 });
});

test("beyond loopback it wants tokens or client certificates, and TLS or an explicit word", () => {
  const open = { BATON_HUB_LISTEN: "0.0.0.0:7377" };
  expect(() => hubListenOf({}, open)).toThrow("loopback only");
  expect(() => hubListenOf({ insecurePlaintext: true }, open)).toThrow("loopback only");
  expect(() => hubListenOf({ tlsCert: "c", tlsKey: "k" }, open)).toThrow("loopback only");
  expect(() => hubListenOf({ tokenFile }, open)).toThrow("unencrypted");
  expect(hubListenOf({ tokenFile, insecurePlaintext: true }, open)).toMatchObject({ tokens: [token, "fedcba9876543210"] });
  expect(hubListenOf({ tlsCert: "c", tlsKey: "k", clientCa: "a" }, open)).toMatchObject({ tls: { clientCaFile: "a" } });
  expect(hubListenOf({ tokenFile }, { ...open, BATON_HUB_TLS_CERT: "c", BATON_HUB_TLS_KEY: "k" }).tls).toEqual({
    certFile: "c",
    keyFile: "k",
  });
  for (const host of ["127.0.0.1.evil.example", "1270.0.0.1", "localhost.example"]) {
    expect(() => hubListenOf({ listen: `${host}:1` }, {})).toThrow("loopback only");
  }
});

test("half of TLS, bad addresses and unfit token files are settings to mend", () => {
  const refusal = (text: string) => expect.objectContaining({ type: "Settings", message: expect.stringContaining(text) });
  expect(() => hubListenOf({ tlsCert: "c" }, {})).toThrow(refusal("TLS needs both"));
  expect(() => hubListenOf({ clientCa: "a" }, {})).toThrow(refusal("TLS needs both"));
  for (const listen of ["x", "127.0.0.1", "127.0.0.1:70000", ":1", "a b:1"]) {
    expect(() => hubListenOf({ listen }, {})).toThrow(refusal("not an address"));
  }
  const bad = join(folder, "bad");
  for (const [content, problem] of [
    ["# nothing\n", "no token"],
    ["short\n", "number 1"],
    [`${token}\nwith spaces in it, long\n`, "number 2"],
  ] as const) {
    writeFileSync(bad, content);
    expect(() => hubListenOf({ tokenFile: bad }, {})).toThrow(refusal(problem));
  }
  expect(() => hubListenOf({ tokenFile: join(folder, "absent") }, {})).toThrow(refusal("ENOENT"));
});

test("a client's connection comes from the environment", () => {
  expect(hubConnectionOf({})).toBeUndefined();
  const env = { BATON_HUB_ADDRESS: "hub.example:7377", BATON_HUB_CA_FILE: "ca.pem", BATON_HUB_TOKEN_FILE: tokenFile };
  const connection = { address: "hub.example:7377", tls: { caFile: "ca.pem" }, token, insecurePlaintext: false };
  expect(hubConnectionOf(env)).toEqual(connection);
  expect(hubConnectionOf({ ...env, BATON_HUB_TLS: "false" })?.tls).toBeUndefined();
  expect(hubConnectionOf({ BATON_HUB_ADDRESS: "h:1", BATON_HUB_TLS: "true" })?.tls).toEqual({});
  expect(() => hubConnectionOf({ ...env, BATON_HUB_TLS: "maybe" })).toThrow("BATON_HUB_TLS");
  expect(() => hubConnectionOf({ ...env, BATON_HUB_KEY_FILE: "k" })).toThrow("BATON_HUB_CERT_FILE");
  expect(() => hubConnectionOf({ BATON_HUB_ADDRESS: "http://h:1" })).toThrow("not an address");
});

test("credentials go to no other hub than the one they are for", () => {
  const env = { BATON_HUB_ADDRESS: "hub.example:7377", BATON_HUB_TOKEN: token };
  expect(hubConnectionTo("hub.example:7377", env)).toMatchObject({ token });
  expect(hubConnectionTo("127.0.0.1:7001", env)).toEqual({ address: "127.0.0.1:7001" });
});
