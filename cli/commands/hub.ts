import { Command } from "commander";
import type { HubListenOptions } from "../../config/hub-settings.ts";
import { printNote } from "../output.ts";
import { hubCertsCommand } from "./hub-certs.ts";
import { hubFsckCommand } from "./hub-fsck.ts";
import { hubGcCommand } from "./hub-gc.ts";
import { parseAge } from "../parse-age.ts";

interface HubOptions extends HubListenOptions {
  readonly keep?: number;
  readonly stateDir?: string;
}

export function hubCommand(): Command {
  return new Command("hub")
    .description("Run a hub in the foreground: it keeps checkpoints, transcripts and artifacts for the hosts of a team")
    .option("--listen <host:port>", "where to listen (BATON_HUB_LISTEN; default: 127.0.0.1:7377)")
    .option("--tls-cert <file>", "the hub's certificate, PEM (BATON_HUB_TLS_CERT)")
    .option("--tls-key <file>", "the certificate's key, PEM (BATON_HUB_TLS_KEY)")
    .option("--client-ca <file>", "let in only clients with a certificate of this authority (BATON_HUB_CLIENT_CA)")
    .option("--token-file <file>", "let in only callers with one of these tokens, one a line (BATON_HUB_TOKENS_FILE)")
    .option("--insecure-plaintext", "allow tokens without TLS beyond this machine (BATON_HUB_INSECURE_PLAINTEXT)")
    .option("--keep <age>", "collect what settled threads left after this long (default: 30d)", parseAge)
    .option("--state-dir <dir>", "where to keep the store (default: the folder `hub` in BATON_STATE_DIR)")
    .action(runHubCommand)
    .addCommand(hubCertsCommand())
    .addCommand(hubGcCommand())
    .addCommand(hubFsckCommand());
}

async function runHubCommand({ keep, stateDir, ...options }: HubOptions): Promise<void> {
  const [{ hubListenOf }, { hubFolder }, { createLogger }, { runHub }] = await Promise.all([
    import("../../config/hub-settings.ts"),
    import("../hub-store.ts"),
    import("../../config/logger.ts"),
    import("../../hub/run-hub.ts"),
  ]);
  await runHub({
    listen: hubListenOf(options, process.env),
    folder: hubFolder(stateDir),
    log: createLogger({ service: "hub", env: process.env }),
    ...(keep === undefined ? {} : { keepMs: keep }),
    onReady: (address) => printNote(`The hub listens on ${address}; Ctrl-C stops it.`),
  });
}
