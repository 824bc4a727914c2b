/** Counts what runs on a host for each thread. */
export interface BusyThreads {
  during<T>(thread: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs for the thread. */
  idle(thread: string): Promise<void>;
}

export function createBusyThreads(): BusyThreads {
  const running = new Map<string, number>();
  const waiting = new Map<string, Set<() => void>>();
  const count = (thread: string, change: number) => {
    const now = (running.get(thread) ?? 0) + change;
    if (now > 0) return void running.set(thread, now);
    running.delete(thread);
    for (const wake of waiting.get(thread) ?? []) wake();
    waiting.delete(thread);
  };
  return {
    async during(thread, work) {
      count(thread, 1);
      try {
        return await work();
      } finally {
        count(thread, -1);
      }
    },
    idle(thread) {
      if (!running.has(thread)) return Promise.resolve();
      return new Promise((resolve) => {
        const woken = waiting.get(thread) ?? new Set();
        waiting.set(thread, woken.add(resolve));
      });
    },
  };
}
