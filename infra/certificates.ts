import { chmod, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { inFolder } from "../config/folder-failure.ts";
import { BatonFailure } from "../domain/failure.ts";
import { describeProcess } from "../domain/outcome.ts";
import { childEnvironment } from "../process/agent-environment.ts";
import { runProcess } from "../process/run-process.ts";

/** Paths of the PEM files of a small authority and of what it signed. */
export interface Certificates {
  readonly caFile: string;
  readonly caKeyFile: string;
  readonly serverCertFile: string;
  readonly serverKeyFile: string;
  readonly clientCertFile: string;
  readonly clientKeyFile: string;
}

interface CertificateRequest {
  /** Folder for the files; an authority that is there already signs again. */
  readonly out: string;
  /** Names and IP addresses under which clients reach the hub. */
  readonly hosts: readonly string[];
  /** Of the hub's and the client's certificate; the authority lives ten years. */
  readonly days?: number;
}

const authorityDays = 3650;
const keyKind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Makes certificates for a hub and its clients with openssl. SetupFailed when that is missing or refuses. */
export async function makeCertificates({ out, hosts, days = 825 }: CertificateRequest): Promise<Certificates> {
  const names = hosts.map(subjectName);
  const file = (name: string) => join(out, name);
  await inFolder({ root: out, what: "the folder for certificates", next: "give another --out" }, async () => {
    await mkdir(out, { recursive: true, mode: 0o700 });
    if (!(await exists(file("ca.key")))) await makeAuthority(out);
    await issue(out, {
      name: "server",
      days,
      usage: "serverAuth",
      names: [...new Set([...names, "DNS:localhost", "IP:127.0.0.1"])],
    });
    await issue(out, { name: "client", days, usage: "clientAuth", names: [] });
  });
  return {
    caFile: file("ca.pem"),
    caKeyFile: file("ca.key"),
    serverCertFile: file("server.pem"),
    serverKeyFile: file("server.key"),
    clientCertFile: file("client.pem"),
    clientKeyFile: file("client.key"),
  };
}

async function makeAuthority(out: string): Promise<void> {
  const extensions = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"];
  const about = ["-subj", "/CN=Baton hub authority", "-days", String(authorityDays)];
  await openssl(out, ["req", "-x509", ...keyKind, "-keyout", "ca.key", "-out", "ca.pem", ...about, ...extensions]);
  await chmod(join(out, "ca.key"), 0o600);
}

interface Issue {
  readonly name: "server" | "client";
  readonly days: number;
  readonly usage: string;
  readonly names: readonly string[];
}

async function issue(out: string, { name, days, usage, names }: Issue): Promise<void> {
  const lines = ["basicConstraints=critical,CA:FALSE", `extendedKeyUsage=${usage}`];
  if (names.length > 0) lines.push(`subjectAltName=${names.join(",")}`);
  const [request, extensions] = [`${name}.csr`, `${name}.ext`];
  try {
    await writeFile(join(out, extensions), `${lines.join("\n")}\n`);
    await openssl(out, ["req", ...keyKind, "-keyout", `${name}.key`, "-out", request, "-subj", `/CN=Baton hub ${name}`]);
    const signer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
    const signed = ["-in", request, "-out", `${name}.pem`, "-days", String(days), "-extfile", extensions];
    await openssl(out, ["x509", "-req", ...signer, ...signed]);
    await chmod(join(out, `${name}.key`), 0o600);
  } finally {
    for (const left of [request, extensions]) await rm(join(out, left), { force: true });
  }
}

function subjectName(host: string): string {
  if (isIP(host) !== 0) return `IP:${host}`;
  if (/^(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(host)) return `DNS:${host}`;
  throw new BatonFailure("Usage", `"${host}" is not a host name`, {
    where: "--host",
    next: "give a name or an IP address without a port",
  });
}

async function openssl(cwd: string, args: readonly string[]): Promise<void> {
  const { env } = childEnvironment({ host: process.env, markers: {} });
  const { outcome, stderr } = await runProcess({ command: { file: "openssl", args }, cwd, env, timeoutMs: 30_000 });
  if (outcome.kind === "exited" && outcome.code === 0) return;
  const said = stderr.toString().trim().split("\n").at(-1) ?? "";
  throw new BatonFailure("SetupFailed", `openssl failed: ${describeProcess(outcome)}${said === "" ? "" : ` (${said})`}`, {
    where: cwd,
    next: outcome.kind === "notStarted" ? "install openssl 1.1.1 or newer" : "look at the files in that folder",
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
