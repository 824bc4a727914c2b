import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { BatonFailure } from "../domain/failure.ts";

/** The host's id: made once, kept in its state folder, so that a restart is the same host. */
export async function hostIdentity(folder: string): Promise<string> {
  const path = join(folder, "identity.json");
  const known = await readFile(path, "utf8").catch(() => null);
  if (known !== null) return parseIdentity(known, path);
  const name =
    hostname()
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, "-")
      .slice(0, 40) || "host";
  const id = `${name}-${randomBytes(2).toString("hex")}`;
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.tmp`, JSON.stringify({ id }));
  await rename(`${path}.tmp`, path);
  return id;
}

function parseIdentity(text: string, path: string): string {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    if (typeof id === "string" && id !== "") return id;
  } catch {
    // Falls through to the failure below.
  }
  throw new BatonFailure("Settings", "the host's identity file is damaged", {
    where: path,
    next: "remove it: the host gets a new id",
  });
}
