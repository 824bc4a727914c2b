const firstMs = 500;
const longestMs = 30_000;
/** A service that ran this long was healthy: its next failure is a first one. */
const healthyMs = 60_000;

/** How long to wait before a restart, after so many ends in a row. */
export function restartDelayMs(endsInARow: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.max(0, endsInARow - 1));
}

export function endsInARow(before: number, ranMs: number): number {
  return ranMs >= healthyMs ? 1 : before + 1;
}
