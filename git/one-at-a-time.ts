const last = new Map<string, Promise<unknown>>();

/** Runs actions with the same key one after the other, in the order they were asked for. Holds within this process only. */
export async function oneAtATime<T>(key: string, action: () => Promise<T>): Promise<T> {
  const before = last.get(key);
  const running = (before ?? Promise.resolve()).then(action, action);
  last.set(key, running);
  try {
    return await running;
  } finally {
    if (last.get(key) === running) last.delete(key);
  }
}
