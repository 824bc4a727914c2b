import { runService } from "../config/run-service.ts";
import { readSettings } from "../config/settings.ts";
import { runHost } from "./host.ts";

/** The one before it may still be ending. */
const lockWaitMs = 5_000;

/** The process of this machine's own host, as `baton up` starts it: both roles in one. */
await runService("host", async (logger) => {
  const { env } = process;
  await runHost({ env, folder: readSettings(env).state.host, logger, lockWaitMs });
});
