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
  const reservations = createReservations(() => total - occupied.size);
  return {
    total,
    get taken() {
      return occupied.size;
    },
    reserve: reservations.reserve,
    tryReserve: reservations.tryReserve,
    unreserve: reservations.giveBack,
    occupy({ thread, epoch, reserved }) {
      occupied.get(thread)?.end("superseded");
      const ended = new Promise<"released" | "superseded">((end) => occupied.set(thread, { epoch, end }));
      if (reserved) reservations.use();
      return ended;
    },
    release({ thread, epoch }) {
      const held = occupied.get(thread);
      if (!held || held.epoch > epoch) return;
      occupied.delete(thread);
      held.end("released");
      reservations.wake();
    },
  };
}

/** Promises of places that no claim has taken yet. */
function createReservations(unoccupied: () => number) {
  const waiting = new Set<() => void>();
  let reserved = 0;
  const wake = () => {
    for (const attempt of waiting) attempt();
  };
  const use = () => {
    reserved = Math.max(0, reserved - 1);
  };
  const giveBack = () => {
    use();
    wake();
  };
  const tryReserve = () => {
    if (unoccupied() - reserved <= 0) return false;
    reserved += 1;
    return true;
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
  return { wake, use, giveBack, tryReserve, reserve };
}
