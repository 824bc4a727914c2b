import type { Occupied, PlaceClaim, Places } from "../activities/host-context.ts";

interface Holder {
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
  const occupied = new Map<string, Holder>();
  const lent = new Map<string, number>();
  const waiting = createWaitingRoom();
  const taken = () => occupied.size - lent.size;
  const reservations = createReservations(() => total - taken(), waiting);
  const occupy = ({ thread, epoch, queue, beyond }: PlaceClaim): Occupied | null => {
    const before = occupied.get(thread);
    // A host that wakes up is handed claims that its open polls took while it slept; by now the thread may have a newer one.
    const refused = before === undefined ? taken() >= total + beyond : before.epoch > epoch;
    if (!refused) before?.end("superseded");
    const ended = refused ? null : new Promise<"released" | "superseded">((end) => occupied.set(thread, { epoch, end }));
    if (queue !== null) reservations.giveBack(queue);
    return ended && { ended };
  };
  return {
    total,
    get taken() {
      return taken();
    },
    reserve: reservations.reserve,
    tryReserve: reservations.tryReserve,
    unreserve: reservations.giveBack,
    occupy,
    occupyWhenFree: (claim, signal) => waiting.until(() => occupy(claim), signal),
    lend(thread) {
      if (!occupied.has(thread)) return () => undefined;
      lent.set(thread, (lent.get(thread) ?? 0) + 1);
      waiting.wake();
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
      waiting.wake();
    },
  };
}

/**
 * Promises of places that no claim has taken yet. Counted by Task Queue: a poll waits for a minute, and one queue's must not
 * keep the others from polling. So two queues may promise one place; the later claim is refused and goes on elsewhere.
 */
function createReservations(unoccupied: () => number, waiting: WaitingRoom) {
  const reserved = new Map<string, number>();
  const tryReserve = (queue: string) => {
    const mine = reserved.get(queue) ?? 0;
    if (unoccupied() - mine <= 0) return false;
    reserved.set(queue, mine + 1);
    return true;
  };
  return {
    tryReserve,
    giveBack: (queue: string) => {
      reserved.set(queue, Math.max(0, (reserved.get(queue) ?? 0) - 1));
      waiting.wake();
    },
    reserve: async (queue: string, signal: AbortSignal) =>
      (await waiting.until(() => tryReserve(queue) || null, signal)) !== null,
  };
}

type WaitingRoom = ReturnType<typeof createWaitingRoom>;

/** Where whoever found no place waits for the next one. */
function createWaitingRoom() {
  const waiting = new Set<() => void>();
  return {
    wake() {
      for (const again of waiting) again();
    },
    /** The first answer but null; null when aborted first. */
    until: <T>(attempt: () => T | null, signal: AbortSignal) =>
      new Promise<T | null>((resolve) => {
        const finish = (got: T | null) => {
          waiting.delete(again);
          signal.removeEventListener("abort", abandon);
          resolve(got);
        };
        const again = () => {
          const got = attempt();
          if (got !== null) finish(got);
        };
        const abandon = () => finish(null);
        waiting.add(again);
        signal.addEventListener("abort", abandon);
        if (signal.aborted) abandon();
        else again();
      }),
  };
}
