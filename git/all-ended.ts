/**
 * Like `Promise.all`, but a failure waits for the others to end too: nothing is still at work on the same files when the
 * caller goes on.
 */
export async function allEnded<T extends readonly unknown[]>(work: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
