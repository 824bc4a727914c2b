import { wholeNumber } from "../config/environment.ts";
import { runService } from "../config/run-service.ts";
import { stateDirOf } from "../config/state-dir.ts";
import { runHub } from "./run-hub.ts";
import { writeDurably } from "./store/durable-file.ts";

/** The process of this machine's own hub: BATON_STATE_DIR, BATON_HUB_PORT (default: any free one), BATON_READY_FILE. */
await runService("hub", async (log) => {
  const { env } = process;
  const readyFile = env["BATON_READY_FILE"];
  await runHub({
    listen: { host: "127.0.0.1", port: wholeNumber(env, "BATON_HUB_PORT", [0, 65_535]) ?? 0, tokens: [] },
    folder: stateDirOf(env).hub,
    log,
    onReady: async (address) => {
      if (readyFile !== undefined) await writeDurably(readyFile, JSON.stringify({ pid: process.pid, address }));
    },
  });
});
