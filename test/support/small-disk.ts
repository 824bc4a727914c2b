import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of a few megabytes that is easily full. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves so many bytes free. */
  fill(free: number): void;
  makeRoom(): void;
  unmount(): void;
}

/** Mounts it over an empty folder. Throws where nothing may be mounted. */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "pipe" });
  const filler = join(folder, "filler");
  return {
    folder,
    fill(free) {
      const script = `cat /dev/zero > "$1" 2>/dev/null; truncate -s -"$2" "$1"`;
      execFileSync("sh", ["-c", script, "sh", filler, String(free)]);
    },
    makeRoom: () => rmSync(filler, { force: true }),
    unmount: () => void execFileSync("umount", ["--lazy", folder], { stdio: "pipe" }),
  };
}

/** Why nothing can be mounted here; null where it can. */
export function whyNoSmallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), "baton-small-disk-"));
  try {
    mountSmallDisk(folder, 1).unmount();
    return null;
  } catch (error) {
    return `no tmpfs can be mounted: ${String(error).trim().split("\n").at(-1)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
