import { isAbsolute, relative } from "node:path";

/** A path as people would type it where they are: relative inside the current folder, else as it is. */
export function shownPath(path: string): string {
  if (!isAbsolute(path)) return path;
  const inside = relative(process.cwd(), path);
  return inside === "" || inside.startsWith("..") ? path : inside;
}
