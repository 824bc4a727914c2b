import type { StateDir } from "../../config/state-dir.ts";

/** Start of BATON_SERVICE in every service of this state directory. */
export function serviceMark(state: StateDir): string {
  return `${state.root}#`;
}
