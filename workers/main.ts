import { readSettings } from "../config/settings.ts";
import { createLogger } from "../config/logger.ts";
import { BatonFailure } from "../domain/failure.ts";
import { runHost } from "./host.ts";

/** The one before it may still be ending. */
const lockWaitMs = 5_000;

/** Entry of the process of this machine's own host, as `baton up` starts it: both roles in one. */
async function main(): Promise<void> {
  const { env } = process;
  const settings = readSettings(env);
  const logger = createLogger({ service: "host", env });
  try {
    await runHost({ env, folder: settings.state.host, logger, lockWaitMs });
    process.exit(0);
  } catch (error) {
    if (error instanceof BatonFailure) logger.fatal({ type: error.type, where: error.where, next: error.next }, error.message);
    else logger.fatal({ err: error }, "the host failed");
    process.exit(1);
  }
}

await main();
