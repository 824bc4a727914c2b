import { runService } from "../config/run-service.ts";
import { stateDirOf } from "../config/state-dir.ts";
import { BatonFailure } from "../domain/failure.ts";
import { runHub } from "./run-hub.ts";
import { writeDurably } from "./store/durable-file.ts";

/** The process of this machine's own hub: BATON_STATE_DIR, BATON_HUB_PORT (default: any free one), BATON_READY_FILE. */
await runService("hub", async (log) => {
  const { env } = process;
  const readyFile = env["BATON_READY_FILE"];
  await runHub({
    listen: { host: "127.0.0.1", port: hubPort(env["BATON_HUB_PORT"]), tokens: [] },
    folder: stateDirOf(env).hub,
    log,
    onReady: async (address) => {
      if (readyFile !== undefined) await writeDurably(readyFile, JSON.stringify({ pid: process.pid, address }));
    },
  });
});

function hubPort(text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new BatonFailure("Settings", `BATON_HUB_PORT is "${text}", not a port`, {
    where: "environment variable BATON_HUB_PORT",
    next: "unset it, or give a number up to 65535",
  });
}
