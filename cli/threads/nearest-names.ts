import { editDistance } from "../../config/goal-file/suggest.ts";

const shown = 3;

/** The names that `wanted` may be a slip of, nearest first. */
export function nearestNames(wanted: string, names: readonly string[]): readonly string[] {
  const target = wanted.toLowerCase().slice(0, 64);
  return [...new Set(names)]
    .map((name) => ({ name, distance: name.includes(target) || target.includes(name) ? 1 : editDistance(target, name) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(Math.max(name.length, target.length) / 3)))
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, shown)
    .map(({ name }) => name);
}
