import type { Places } from "../activities/host-context.ts";

interface Occupied {
  readonly epoch: number;
  end(how: "released" | "superseded"): void;
}

/** Places as the pollers of pools see them: each polls only while a place is free. */
export interface ReservablePlaces extends Places {
  /** Resolves when a place could be reserved for the Task Queue; false when aborted first. */
  reserve(queue: string, signal: AbortSignal): Promise<boolean>;
  tryReserve(queue: string): boolean;
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
    occupy({ thread, epoch, queue, beyond }) {
      const before = occupied.get(thread);
      const full = before === undefined && occupied.size >= total + beyond;
      if (!full) before?.end("superseded");
      const ended = full ? null : new Promise<"released" | "superseded">((end) => occupied.set(thread, { epoch, end }));
      if (queue !== null) reservations.giveBack(queue);
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

/**
 * Promises of places that no claim has taken yet. Counted by Task Queue: a poll waits for a minute, and one queue's must not
 * keep the others from polling. So two queues may promise one place; the later claim is refused and goes on elsewhere.
 */
function createReservations(unoccupied: () => number) {
  const waiting = new Set<() => void>();
  const reserved = new Map<string, number>();
  const wake = () => {
    for (const attempt of waiting) attempt();
  };
  const giveBack = (queue: string) => {
    reserved.set(queue, Math.max(0, (reserved.get(queue) ?? 0) - 1));
    wake();
  };
  const tryReserve = (queue: string) => {
    const mine = reserved.get(queue) ?? 0;
    if (unoccupied() - mine <= 0) return false;
    reserved.set(queue, mine + 1);
    return true;
  };
  const reserve = (queue: string, signal: AbortSignal) =>
    new Promise<boolean>((resolve) => {
      const finish = (got: boolean) => {
        waiting.delete(attempt);
        signal.removeEventListener("abort", abandon);
        resolve(got);
      };
      const attempt = () => tryReserve(queue) && finish(true);
      const abandon = () => finish(false);
      waiting.add(attempt);
      signal.addEventListener("abort", abandon);
      if (signal.aborted) abandon();
      else attempt();
    });
  return { wake, giveBack, tryReserve, reserve };
}
