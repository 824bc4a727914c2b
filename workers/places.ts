import type { Places } from "../activities/host-context.ts";

interface Occupied {
  readonly epoch: number;
  end(how: "released" | "superseded"): void;
}

/** Places as the poller of a pool's Task Queue sees them: it may only take a task for which a place is free. */
export interface ReservablePlaces extends Places {
  /** Resolves when a place could be reserved; false when aborted first. */
  reserve(signal: AbortSignal): Promise<boolean>;
  tryReserve(): boolean;
  /** Gives a reservation back that no Activity came for. */
  unreserve(): void;
}

/** Counts a host's places in memory: they are exactly the claims whose Activities run in this process. */
export function createPlaces(total: number): ReservablePlaces {
  const occupied = new Map<string, Occupied>();
  const waiting = new Set<() => void>();
  let reserved = 0;

  const wake = () => {
    for (const each of waiting) each();
  };
  const tryReserve = () => {
    if (occupied.size + reserved >= total) return false;
    reserved += 1;
    return true;
  };
  const unreserve = () => {
    reserved = Math.max(0, reserved - 1);
    wake();
  };
  const reserve = (signal: AbortSignal) =>
    new Promise<boolean>((resolve) => {
      const finish = (got: boolean) => {
        waiting.delete(attempt);
        signal.removeEventListener("abort", abandon);
        resolve(got);
      };
      const attempt = () => tryReserve() && finish(true);
      const abandon = () => finish(false);
      waiting.add(attempt);
      signal.addEventListener("abort", abandon);
      if (signal.aborted) abandon();
      else attempt();
    });

  return {
    total,
    get taken() {
      return occupied.size;
    },
    reserve,
    tryReserve,
    unreserve,
    occupy({ thread, epoch, reserved: wasReserved }) {
      occupied.get(thread)?.end("superseded");
      const ended = new Promise<"released" | "superseded">((end) => occupied.set(thread, { epoch, end }));
      if (wasReserved) reserved = Math.max(0, reserved - 1);
      return ended;
    },
    release({ thread, epoch }) {
      const held = occupied.get(thread);
      if (!held || held.epoch > epoch) return;
      occupied.delete(thread);
      held.end("released");
      wake();
    },
  };
}
