import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { execFileSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { scratchFolder } from "../../git/test-repository.ts";
import { downloadBinary } from "./download-binary.ts";
import { resolveTemporalBinary, temporalVersion } from "./resolve-temporal-binary.ts";

const good =
  "#!/bin/sh\ncase $1 in --version) echo 'temporal version 9.9 (Server 9)';; *) echo ' --sqlite-pragma stringArray';; esac\n";
const old = "#!/bin/sh\ncase $1 in --version) echo 'temporal version 0.1';; *) echo ' --port int';; esac\n";

test("an executable on PATH comes before the cached one", async () => {
  const place = machine({ path: good, cached: good });
  expect(await resolve(place)).toMatchObject({ path: join(place.path, "temporal"), version: "9.9 (Server 9)", source: "PATH" });
});

test("one on PATH that is too old is passed over with its reason", async () => {
  const place = machine({ path: old, cached: good });
  const told: string[] = [];
  expect(await resolve(place, told)).toMatchObject({ path: place.cached, source: "the cache" });
  expect(told.join("\n")).toContain("too old");
});

test("none at all gives the reason of every step and what to do", async () => {
  await expect(resolve(machine({}))).rejects.toMatchObject({
    type: "TemporalUnreachable",
    message: expect.stringMatching(/PATH: temporal is not on PATH\n.*the cache: there is no /),
    next: expect.stringContaining("TEMPORAL_ADDRESS"),
  });
});

test("a named executable that is not Temporal's is an error and not passed over", async () => {
  const place = machine({ path: good });
  const env = { ...place.env, BATON_TEMPORAL_BIN: "/bin/true" };
  await expect(resolveTemporalBinary({ env, onProgress: () => undefined, presentOnly: true })).rejects.toMatchObject({
    type: "Settings",
  });
});

test("the download is unpacked and can be run", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "temporal"), good, { mode: 0o755 });
  const archive = execFileSync("tar", ["-cz", "-C", folder, "temporal"]);
  const server = createServer((request, answer) => {
    const origin = `http://${request.headers.host}`;
    if (request.url === "/archive") answer.end(archive);
    else if (request.url?.startsWith("/cli/v1.2.3?"))
      answer.end(JSON.stringify({ archiveUrl: `${origin}/archive`, fileToExtract: "temporal" }));
    else answer.writeHead(404).end();
  });
  await new Promise<void>((listening) => {
    server.listen(0, "127.0.0.1", listening);
  });
  try {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const target = temporaryFolder();
    const request = { folder: target, origin, onProgress: () => undefined };
    const binary = await downloadBinary({ ...request, version: "1.2.3" });
    expect(execFileSync(binary, ["--version"], { encoding: "utf8" })).toContain("temporal version 9.9");
    await expect(downloadBinary({ ...request, version: "0.0.0" })).rejects.toThrow("answered 404");
  } finally {
    server.close();
  }
});

/** PATH and cache folders of their own, with the given scripts as `temporal`. */
function machine(scripts: { path?: string; cached?: string }) {
  const root = temporaryFolder();
  const path = join(root, "bin");
  const cached = join(root, "cache", "temporal", temporalVersion, "temporal");
  for (const [file, content] of [
    [join(path, "temporal"), scripts.path],
    [cached, scripts.cached],
  ] as const) {
    mkdirSync(join(file, ".."), { recursive: true });
    if (content !== undefined) writeFileSync(file, content);
    if (content !== undefined) chmodSync(file, 0o755);
  }
  return { path, cached, env: { PATH: [path, "/nowhere"].join(delimiter), BATON_CACHE_DIR: join(root, "cache") } };
}

function temporaryFolder(): string {
  const { path, remove } = scratchFolder();
  onTestFinished(remove);
  return path;
}

function resolve({ env }: { env: Record<string, string> }, told: string[] = []) {
  return resolveTemporalBinary({ env, onProgress: (line) => told.push(line), presentOnly: true });
}
