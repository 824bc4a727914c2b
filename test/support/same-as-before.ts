import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

const baton = /^\.git\/(objects|refs\/heads\/baton|logs\/refs\/heads\/baton)(\/|$)/;

/** Everything of a person's repository by path (bytes as latin1): kind, mode, content; not what Baton may add to it. */
export function fingerprint(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  visit("", found, root);
  return found;
}

function visit(folder: string, found: Record<string, string>, root: string): void {
  const at = (path: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);
  for (const name of readdirSync(at(folder), { encoding: "buffer" })) {
    const path = `${folder === "" ? "" : `${folder}/`}${name.toString("latin1")}`;
    if (baton.test(path)) continue;
    const entry = lstatSync(at(path));
    found[path] = `${entry.mode.toString(8)} ${entry.isDirectory() ? "" : contentOf(at(path), entry.isSymbolicLink())}`;
    if (entry.isDirectory()) visit(path, found, root);
  }
}

function contentOf(path: Buffer, isLink: boolean): string {
  return isLink ? readlinkSync(path) : createHash("sha256").update(readFileSync(path)).digest("hex");
}
