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
  const lent = new Map<string, number>();
  const taken = () => occupied.size - lent.size;
  const reservations = createReservations(() => total - taken());
  return {
    total,
    get taken() {
      return taken();
    },
    reserve: reservations.reserve,
    tryReserve: reservations.tryReserve,
    unreserve: reservations.giveBack,
    occupy({ thread, epoch, queue, beyond }) {
      const before = occupied.get(thread);
      // A host that wakes up is handed claims that its open polls took while it slept; by now the thread may have a newer one.
      const refused = before === undefined ? taken() >= total + beyond : before.epoch > epoch;
      if (!refused) before?.end("superseded");
      const ended = refused ? null : new Promise<"released" | "superseded">((end) => occupied.set(thread, { epoch, end }));
      if (queue !== null) reservations.giveBack(queue);
      return ended;
    },
    lend(thread) {
      if (!occupied.has(thread)) return () => undefined;
      lent.set(thread, (lent.get(thread) ?? 0) + 1);
      reservations.wake();
      return () => {
        const left = (lent.get(thread) ?? 0) - 1;
        if (left > 0) lent.set(thread, left);
        else lent.delete(thread);
      };
    },
    release({ thread, epoch }) {
      const held = occupied.get(thread);
      if (!held || held.epoch > epoch) return;
      occupied.delete(thread);
      lent.delete(thread);
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
