import { pino } from "pino";
import { stateDirOf } from "../config/state-dir.ts";
import { BatonFailure, failureRules } from "../domain/failure.ts";
import { runHub } from "./run-hub.ts";
import { writeDurably } from "./store/durable-file.ts";

/** The process of this machine's own hub: BATON_STATE_DIR, BATON_HUB_PORT (default: any free one), BATON_READY_FILE. */
const log = pino({ base: { pid: process.pid, part: "hub" } });

async function run(): Promise<void> {
  const port = hubPort(process.env["BATON_HUB_PORT"]);
  const readyFile = process.env["BATON_READY_FILE"];
  await runHub({
    listen: { host: "127.0.0.1", port, tokens: [] },
    folder: stateDirOf(process.env).hub,
    log,
    onReady: async (address) => {
      if (readyFile !== undefined) await writeDurably(readyFile, JSON.stringify({ pid: process.pid, address }));
    },
  });
  process.exit(0);
}

function hubPort(text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new BatonFailure("Settings", `BATON_HUB_PORT is "${text}", not a port`, {
    where: "environment variable BATON_HUB_PORT",
    next: "unset it, or give a number up to 65535",
  });
}

try {
  await run();
} catch (error) {
  const failure = error instanceof BatonFailure ? error : undefined;
  if (failure === undefined) log.fatal({ err: error }, "hub failed");
  else log.fatal({ type: failure.type, where: failure.where, next: failure.next }, failure.message);
  process.exit(failure === undefined ? 1 : failureRules[failure.type].exitCode);
}
