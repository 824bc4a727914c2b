import type { Logger } from "../config/logger.ts";
import type { HostRecord } from "../hub/hub.ts";
import type { HubClient } from "../hub/hub-client.ts";

const everyMs = 5_000;

interface Presence {
  readonly hub: HubClient;
  readonly logger: Logger;
  describe(): HostRecord;
  /** The first announcement waits for this. */
  readonly after: Promise<void>;
}

export interface Announcements {
  /** Announces once more, ahead of time. Never fails. */
  now(change?: Partial<HostRecord>): Promise<void>;
  stop(): void;
}

/** Tells the hub every 5 s that the host is there and how it is. A hub that is away is told when it is back. */
export function keepAnnouncing(presence: Presence): Announcements {
  const { hub, logger, after } = presence;
  let silent = false;
  let last: Promise<void> = Promise.resolve();
  const tell = async (change: Partial<HostRecord>) => {
    try {
      await hub.announceHost({ ...presence.describe(), ...change });
      if (silent) logger.info("the hub hears the host again");
      silent = false;
    } catch (error) {
      if (!silent) logger.warn({ error: String(error) }, "the host could not announce itself");
      silent = true;
    }
  };
  const now = (change: Partial<HostRecord> = {}) => (last = last.then(() => tell(change)));
  // A call that waits for a hub that is away must not queue up more of them.
  let idle = false;
  const tick = () => {
    if (!idle) return;
    idle = false;
    void now().finally(() => (idle = true));
  };
  const timer = setInterval(tick, everyMs);
  void after.then(() => {
    idle = true;
    tick();
  });
  return { now, stop: () => clearInterval(timer) };
}
