import { basename } from "node:path";

/** A repository's name as the hub accepts it in ids. Clones with an origin are named after that, whatever their folder is. */
export function repositoryName(origin: string | undefined, root: string): string {
  const last = basename((origin ?? root).replace(/[/\\]+$/, "").replace(/^.*:(?!\/)/, ""));
  const name = last
    .replace(/\.git$/, "")
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .toLowerCase()
    .replaceAll(/\.{2,}/g, ".")
    .replace(/^[^a-z0-9]+/, "");
  return name.slice(0, 60) || "repository";
}
