import { InvalidArgumentError } from "commander";
import { parseDuration } from "../config/goal-file/quantities.ts";

/** Milliseconds of an option such as `30d`. */
export function parseAge(text: string): number {
  const ageMs = parseDuration(text);
  if (Number.isFinite(ageMs)) return ageMs;
  throw new InvalidArgumentError("Give an age such as 30d, 12h or 0s.");
}
