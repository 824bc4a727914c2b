import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { BatonFailure } from "../domain/failure.ts";

/** The host's id: made once, kept in its state folder, so that a restart is the same host. Another name is a Conflict. */
export async function hostIdentity(folder: string, name?: string): Promise<string> {
  const path = join(folder, "identity.json");
  const text = await readFile(path, "utf8").catch(() => null);
  if (text !== null) return sameName(parseIdentity(text, path), { name, path });
  const id = name ?? `${machineName()}-${randomBytes(2).toString("hex")}`;
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.tmp`, JSON.stringify({ id }));
  await rename(`${path}.tmp`, path);
  return id;
}

function machineName(): string {
  const name = hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name.slice(0, 40) || "host";
}

function sameName(id: string, { name, path }: { name: string | undefined; path: string }): string {
  if (name === undefined || name === id) return id;
  throw new BatonFailure("Conflict", `this state directory belongs to host ${id}, not to ${name}`, {
    where: path,
    next: `start it as ${id}, or give ${name} a state directory of its own; threads on ${id} know it by its name`,
  });
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
