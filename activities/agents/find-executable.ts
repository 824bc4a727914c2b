import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

export type Found = { readonly path: string } | { readonly problem: string };

/** Looks an executable up the way a shell would: an absolute path as it is, a name on the environment's PATH. */
export async function findExecutable(bin: string, env: Readonly<Record<string, string>>): Promise<Found> {
  const folders = (env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  const candidates = isAbsolute(bin) ? [bin] : folders.map((folder) => join(folder, bin));
  let refused: string | undefined;
  for (const path of candidates) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || !found.isFile()) continue;
    const allowed = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (allowed) return { path };
    refused ??= path;
  }
  if (refused !== undefined) return { problem: `${refused} is not executable` };
  return { problem: isAbsolute(bin) ? `${bin} does not exist` : `${bin} is not on PATH` };
}

/** Follows links; the path itself when that fails. */
export async function resolved(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}
