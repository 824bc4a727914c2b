import { definedIn, type Environment } from "../../config/environment.ts";

/** What a service must not inherit: whose turn started it, and which service it is. */
const inheritedMarkers = [
  "BATON_THREAD",
  "BATON_TURN",
  "BATON_ATTEMPT",
  "BATON_EPOCH",
  "BATON_HOST",
  "BATON_SESSION_DIR",
  "BATON_RESULT_FILE",
  "BATON_READY_FILE",
  "BATON_SERVICE",
];

interface Changes {
  readonly add: Readonly<Record<string, string>>;
  readonly without?: readonly string[];
}

/** The environment for a service: the given one without the marks of a turn, with the changes. */
export function serviceEnvironment(env: Environment, { add, without = [] }: Changes): Record<string, string> {
  const dropped = new Set([...inheritedMarkers, ...without]);
  const kept = Object.entries(definedIn(env)).filter(([name]) => !dropped.has(name));
  return { ...Object.fromEntries(kept), ...add };
}
