import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { rightToken, startGuardedHub } from "../support/guarded-hub.ts";
import { tlsFront } from "../support/tls-front.ts";
import { until } from "../support/until.ts";

type Closable = Awaited<ReturnType<typeof tlsFront>>;

const folder = mkdtempSync(join(tmpdir(), "baton-guarded-"));
const token = join(folder, "token");
let guarded: Awaited<ReturnType<typeof startGuardedHub>>;
let hub: Closable;
let temporal: Closable;
let laptop: BatonWorld;
let team: BatonWorld;

beforeAll(async () => {
  writeFileSync(token, `${rightToken}\n`);
  guarded = await startGuardedHub(folder, { PATH: process.env["PATH"] ?? "", HOME: folder });
  hub = await tlsFront(guarded.address);
  const names = { BATON_HUB_ADDRESS: hub.address, BATON_HUB_CA_FILE: hub.file("ca.pem"), BATON_HUB_TOKEN_FILE: token };
  [laptop, team] = await Promise.all([createWorld(), createWorld(names)]);
  temporal = await tlsFront(team.files.readEndpoints()!.temporal.address, { requireClientCertificate: true });
});
afterAll(async () => {
  await Promise.all([laptop.close(), team.close()]);
  for (const each of [hub, temporal]) each.close();
  guarded.stop();
  rmSync(folder, { recursive: true, force: true });
});

const toHub = (file = token) => ["--hub", hub.address, "--hub-ca", hub.file("ca.pem"), "--hub-token-file", file];
const toTemporal = () => ["--address", temporal.address, "--tls", "--ca", temporal.file("ca.pem")];
const asClient = () => ["--cert", temporal.file("client.pem"), "--key", temporal.file("client.key")];

test("a thread goes to services behind TLS, client certificates and a token, and comes back", async () => {
  await laptop.must("remote", "add", "team", ...toTemporal(), ...asClient(), ...toHub());
  const turns = {
    1: [["write", ["one.txt", "1\n"]] as const, ["gate", "one"] as const],
    2: [["write", ["two.txt", "2\n"]] as const, ["gate", "two"] as const],
    3: [["write", ["done", "yes\n"]] as const],
  };
  const thread = await laptop.start({ plan: { turns } });
  await thread.script.reached("one");
  const going = laptop.must("handoff", thread.id, "--to", "team:");
  await until(async () => (await thread.view()).departure, { why: "it is leaving" });
  thread.script.open("one");
  await going;
  await thread.script.reached("two");
  expect(await team.view(thread.id)).toMatchObject({ status: "running", turn: 2 });
  expect((await laptop.must("diff", `team:${thread.id}`, "--json")).json()).toMatchObject({ files: [{ path: "one.txt" }] });
  await laptop.must("pull", `team:${thread.id}`, "--mode", "interrupt");
  thread.script.open("two");
  expect(await thread.settled()).toMatchObject({ delivered: true });
  expect(await thread.repository.file(thread.branch, "two.txt")).toBe("2");
  expect(await team.view(thread.id)).toMatchObject({ status: "moved" });
});

test("whoever lacks a certificate, the authority or the token is told what is wrong", async () => {
  const wrong = join(folder, "wrong");
  writeFileSync(wrong, "0123456789abcdef-wrong\n");
  const refusal = async (...args: string[]) => {
    const { code, stderr } = await laptop.baton(["remote", "add", "other", ...args]);
    expect(code).not.toBe(0);
    return stderr;
  };
  expect(await refusal(...toTemporal(), ...toHub())).toMatch(/certificate/);
  expect(await refusal(...toTemporal().slice(0, 3), ...asClient(), ...toHub())).toMatch(/certificate|authority/);
  expect(await refusal(...toTemporal(), ...asClient(), ...toHub(wrong))).toMatch(/token/);
  expect(await refusal(...toTemporal(), ...asClient(), "--hub", hub.address, "--hub-token-file", token)).toMatch(
    /TLS|certificate/,
  );
});
