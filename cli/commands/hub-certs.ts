import { resolve } from "node:path";
import { Command } from "commander";
import { printJson, printLines } from "../output.ts";
import { parseWholeNumber } from "../parse-number.ts";

interface CertsOptions {
  readonly out: string;
  readonly host: readonly string[];
  readonly days: number;
  readonly json?: boolean;
}

export function hubCertsCommand(): Command {
  return new Command("certs")
    .description("Make a small authority with a certificate for the hub and one for its clients, for TLS and mTLS")
    .requiredOption("--out <dir>", "folder for the files; an authority that is there already signs again")
    .requiredOption("--host <name...>", "names and IP addresses under which clients reach the hub")
    .option("--days <days>", "how long the certificates hold", parseWholeNumber("--days"), 825)
    .option("--json", "print the paths as JSON")
    .action(makeCerts);
}

async function makeCerts({ out, host, days, json }: CertsOptions): Promise<void> {
  const { makeCertificates } = await import("../../infra/certificates.ts");
  const made = await makeCertificates({ out: resolve(out), hosts: host, days });
  if (json) return printJson(made);
  printLines([
    `Hub:     baton hub --listen 0.0.0.0:7377 --tls-cert ${made.serverCertFile} --tls-key ${made.serverKeyFile} --client-ca ${made.caFile}`,
    `Clients: BATON_HUB_CA_FILE=${made.caFile} BATON_HUB_CERT_FILE=${made.clientCertFile} BATON_HUB_KEY_FILE=${made.clientKeyFile}`,
    `Keep ${made.caKeyFile} to yourself: whoever has it can make clients.`,
  ]);
}
