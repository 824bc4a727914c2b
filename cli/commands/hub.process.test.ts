import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { scratchFolder } from "../../git/test-repository.ts";

let folder: ReturnType<typeof scratchFolder>;
const started: ChildProcess[] = [];
const main = fileURLToPath(new URL("../main.ts", import.meta.url));

beforeEach(() => {
  folder = scratchFolder();
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  folder.remove();
});

function baton(args: readonly string[], more: Record<string, string> = {}) {
  const env = { PATH: process.env["PATH"], HOME: folder.path, BATON_STATE_DIR: join(folder.path, "state"), ...more };
  const child = spawn(process.execPath, ["--import", "tsx", main, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { text: "" };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said.text += chunk.toString()));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, text: said.text }));
  started.push(child);
  return { child, said, ended };
}

async function addressOf({ said }: ReturnType<typeof baton>): Promise<string> {
  const listens = /listens on (\S+);/;
  await expect.poll(() => said.text, { interval: 20, timeout: 15_000 }).toMatch(listens);
  return listens.exec(said.text)?.[1] ?? "";
}

test("a team's hub is set up, guarded, tended and stopped by the command line", async () => {
  const certs = await baton(["hub", "certs", "--out", join(folder.path, "certs"), "--host", "127.0.0.1", "--json"]).ended;
  const made = JSON.parse(certs.text) as Record<string, string>;
  const tokens = join(folder.path, "tokens");
  writeFileSync(tokens, "0123456789abcdef0123456789abcdef\n");
  const tls = ["--tls-cert", made["serverCertFile"] ?? "", "--tls-key", made["serverKeyFile"] ?? ""];
  const hub = baton(["hub", "--listen", "0.0.0.0:0", "--token-file", tokens, ...tls]);
  const address = (await addressOf(hub)).replace("0.0.0.0", "127.0.0.1");
  const env = { BATON_HUB_ADDRESS: address, BATON_HUB_CA_FILE: made["caFile"] ?? "", BATON_HUB_TOKEN_FILE: tokens };
  const [checked, collected, stranger, blind] = await Promise.all([
    baton(["hub", "fsck", "--json"], env).ended,
    baton(["hub", "gc", "--older-than", "1d"], env).ended,
    baton(["hub", "fsck"], { ...env, BATON_HUB_TOKEN: "0123456789abcdef" }).ended,
    baton(["hub", "fsck"], { ...env, BATON_HUB_CA_FILE: "", BATON_HUB_TLS: "true" }).ended,
  ]);
  expect([checked.code, JSON.parse(checked.text)]).toMatchObject([0, { problems: [] }]);
  expect(collected).toMatchObject({ code: 0, text: expect.stringContaining("Removed 0 threads") });
  expect(stranger).toMatchObject({ code: 2, text: expect.stringContaining("does not know this token") });
  expect(blind).toMatchObject({ code: 4, text: expect.stringContaining("an authority that is not trusted here") });
  hub.child.kill("SIGTERM");
  expect(await hub.ended).toMatchObject({ code: 0 });
}, 30_000);

test("a mistyped option of a subcommand is a usage error", async () => {
  expect(await baton(["hub", "gc", "--older-than", "soon"]).ended).toMatchObject({ code: 2 });
  expect(await baton(["hub", "certs", "--out", "x"]).ended).toMatchObject({ code: 2 });
}, 15_000);

test("a folder that cannot be made is named, with the option that names another", async () => {
  const refused = [
    { args: ["hub", "--state-dir", "/dev/null/x"], what: "the hub's store", next: "give --state-dir" },
    {
      args: ["hub", "certs", "--host", "h", "--out", "/dev/null/x"],
      what: "the folder for certificates",
      next: "give another --out",
    },
    { args: ["host", "--hub", "h:1", "--state-dir", "/dev/null/x"], what: "the host's folder", next: "give --state-dir" },
  ];
  const ended = await Promise.all(refused.map(({ args }) => baton(args, { TEMPORAL_ADDRESS: "127.0.0.1:1" }).ended));
  for (const [index, { what, next }] of refused.entries()) {
    expect(ended[index]).toMatchObject({
      code: 2,
      text: expect.stringContaining(`error: ${what} cannot be written: a part of the path`),
    });
    expect(ended[index]?.text).toMatch(new RegExp(`at /dev/null/x.*\n  next: ${next}`));
  }
}, 30_000);

test("an unguarded hub beyond loopback is refused, and a damaged store is told", async () => {
  const open = baton(["hub", "--listen", "0.0.0.0:0"]);
  const store = join(folder.path, "store");
  const local = baton(["hub", "--listen", "127.0.0.1:0", "--state-dir", store]);
  expect(await open.ended).toMatchObject({ code: 2, text: expect.stringContaining("next: give --token-file") });
  await addressOf(local);
  const inUse = baton(["hub", "fsck", "--state-dir", store]);
  expect(await inUse.ended).toMatchObject({ code: 2, text: expect.stringContaining("in use") });
  local.child.kill("SIGTERM");
  await local.ended;
  writeFileSync(join(store, "transcripts/t.jsonl"), "{}\n\0\n");
  const damaged = baton(["hub", "fsck", "--state-dir", store]);
  const mistyped = ["fsck", "gc"].map((command) => baton(["hub", command, "--state-dir", `${store}x`]).ended);
  expect(await damaged.ended).toMatchObject({
    code: 3,
    text: expect.stringMatching(/transcript of thread t: line \d .*zero bytes/),
  });
  for (const each of mistyped)
    expect(await each).toMatchObject({ code: 2, text: expect.stringContaining("There is no hub's store") });
  expect(existsSync(`${store}x`)).toBe(false);
}, 30_000);
