import type { Goal } from "./goal.ts";

/** How a goal prepares a checkout; nothing where it does not. */
export type Setup = Pick<Goal, "setup" | "setupCache">;

export function setupOf({ setup, setupCache }: Goal): Setup {
  if (setup === undefined) return {};
  return setupCache === true ? { setup, setupCache } : { setup };
}
