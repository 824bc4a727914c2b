import { readSettings } from "../config/settings.ts";
import { createLogger } from "../config/logger.ts";
import { BatonFailure } from "../domain/failure.ts";
import { withFileLock } from "../infra/services/file-lock.ts";
import { runHost } from "./host.ts";

/** Entry of a host's process: Workflow Worker and Activity Workers in one. */
async function main(): Promise<void> {
  const { env } = process;
  const settings = readSettings(env);
  const logger = createLogger({ service: "host", env });
  try {
    await withFileLock({ file: `${settings.state.host}/host.lock`, waitMs: 5_000, onWait: () => undefined }, () =>
      runHost({ env, folder: settings.state.host, logger }),
    );
    process.exit(0);
  } catch (error) {
    if (error instanceof BatonFailure) logger.fatal({ type: error.type, where: error.where, next: error.next }, error.message);
    else logger.fatal({ err: error }, "the host failed");
    process.exit(1);
  }
}

await main();
