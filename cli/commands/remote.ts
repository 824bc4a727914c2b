import { resolve } from "node:path";
import { Command } from "commander";
import { splitAddress } from "../../config/hub-settings.ts";
import { readRemotes, remoteNameProblem, remoteNamed, writeRemotes, type Remote } from "../../config/remotes.ts";
import { BatonFailure } from "../../domain/failure.ts";
import { printJson, printLine, printLines, printNote } from "../output.ts";
import { renderTable } from "../render-table.ts";

interface AddOptions {
  readonly address: string;
  readonly namespace: string;
  readonly hub: string;
  readonly ui?: string;
  readonly tls?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly apiKeyFile?: string;
  readonly hubTls?: boolean;
  readonly hubCa?: string;
  readonly hubCert?: string;
  readonly hubKey?: string;
  readonly hubTokenFile?: string;
  readonly insecurePlaintext?: boolean;
  readonly check: boolean;
}

export function remoteCommand(): Command {
  return new Command("remote")
    .description("Name other Temporal Services with their hubs, for handoffs there and back")
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand());
}

function addCommand(): Command {
  return new Command("add")
    .description("Add or change a remote; both of its services have to answer")
    .argument("<name>", "what it is called here: team")
    .requiredOption("--address <host:port>", "its Temporal Service")
    .option("--namespace <name>", "its namespace", "default")
    .option("--ui <url>", "base address of its Temporal UI, for links")
    .option("--tls", "TLS to the Temporal Service")
    .option("--ca <file>", "authority of the Temporal Service's certificate")
    .option("--cert <file>", "client certificate for the Temporal Service")
    .option("--key <file>", "key of that certificate")
    .option("--api-key-file <file>", "file with the API key for the Temporal Service")
    .requiredOption("--hub <host:port>", "its hub")
    .option("--hub-tls", "TLS to the hub, with the system's authorities")
    .option("--hub-ca <file>", "authority of the hub's certificate")
    .option("--hub-cert <file>", "client certificate for the hub")
    .option("--hub-key <file>", "key of that certificate")
    .option("--hub-token-file <file>", "file with the token for the hub")
    .option("--insecure-plaintext", "let the hub's token travel unencrypted, inside a network you trust")
    .option("--no-check", "do not try to reach it")
    .action(add);
}

async function add(name: string, options: AddOptions): Promise<void> {
  const problem = remoteNameProblem(name);
  if (problem !== undefined)
    throw new BatonFailure("Usage", `the name "${name}" ${problem}`, { next: "baton remote add team …" });
  const remote = remoteOf(options);
  const { openRemote, remoteHosts } = await import("../remotes/open-remote.ts");
  if (options.check) {
    const services = await openRemote(remote);
    try {
      const living = (await remoteHosts(services)).filter(({ alive }) => alive);
      if (living.length === 0) printNote(`no host of ${name} is alive: threads would wait there`);
    } finally {
      await services.close();
    }
  }
  writeRemotes(process.env, { ...readRemotes(process.env), [name]: remote });
  printLine(`${name} is ${remote.temporal.address} with hub ${remote.hub.address}: baton handoff <thread> --to ${name}:`);
}

function remoteOf(options: AddOptions): Remote {
  const file = (path: string | undefined) => (path === undefined ? undefined : resolve(path));
  const { address, namespace, ui, tls, hub, hubTls, insecurePlaintext } = options;
  splitAddress(address, "--address");
  splitAddress(hub, "--hub");
  const temporal = {
    address,
    namespace,
    ui,
    tls,
    caFile: file(options.ca),
    certFile: file(options.cert),
    keyFile: file(options.key),
    apiKeyFile: file(options.apiKeyFile),
  };
  const itsHub = {
    address: hub,
    tls: hubTls,
    caFile: file(options.hubCa),
    certFile: file(options.hubCert),
    keyFile: file(options.hubKey),
    tokenFile: file(options.hubTokenFile),
    insecurePlaintext,
  };
  // Through JSON, which leaves out what was not given.
  return JSON.parse(JSON.stringify({ temporal, hub: itsHub })) as Remote;
}

function listCommand(): Command {
  return new Command("ls")
    .description("List the remotes")
    .option("--json", "print a JSON object by name")
    .action(({ json }: { json?: boolean }) => {
      const remotes = readRemotes(process.env);
      if (json) return printJson(remotes);
      const rows = Object.entries(remotes).map(([name, { temporal, hub }]) => [
        name,
        temporal.address,
        temporal.namespace,
        hub.address,
      ]);
      if (rows.length === 0) return printNote("no remotes; baton remote add names one");
      printLines(renderTable([["REMOTE", "TEMPORAL", "NAMESPACE", "HUB"], ...rows]));
    });
}

function removeCommand(): Command {
  return new Command("rm")
    .description("Forget a remote; what is there stays there")
    .argument("<name>", "which one")
    .action((name: string) => {
      remoteNamed(process.env, name);
      const { [name]: _gone, ...rest } = readRemotes(process.env);
      writeRemotes(process.env, rest);
      printLine(`${name} is forgotten`);
    });
}
