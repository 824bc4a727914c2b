import { execFileSync } from "node:child_process";
import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The wall clock of some processes. Their monotonic clock is the machine's, as when somebody sets the time. */
export interface Clock {
  /** Environment that the processes are started with. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets it off from the machine's by so many seconds, at once. */
  setOff(seconds: number): void;
}

/** `file` holds the clock. */
export function openClock(library: string, file: string): Clock {
  const setOff = (seconds: number) => {
    writeFileSync(`${file}.new`, `${seconds < 0 ? "-" : "+"}${Math.abs(seconds)}\n`);
    renameSync(`${file}.new`, file);
  };
  setOff(0);
  return {
    env: { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1", FAKETIME_DONT_FAKE_MONOTONIC: "1" },
    setOff,
  };
}

/** Where libfaketime is on this machine, or why no clock can be set. */
export function findClockLibrary(): { readonly library: string } | { readonly why: string } {
  const library = folders()
    .map((folder) => join(folder, "faketime", "libfaketime.so.1"))
    .find((path) => sets(path));
  return library === undefined ? { why: "libfaketime is not here (apt-get install faketime)" } : { library };
}

function folders(): string[] {
  const arches = list("/usr/lib").filter((name) => name.endsWith("-linux-gnu"));
  return [...arches.map((name) => join("/usr/lib", name)), "/usr/lib", "/usr/local/lib"].filter((each) =>
    list(each).includes("faketime"),
  );
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function sets(library: string): boolean {
  try {
    const env = { ...process.env, LD_PRELOAD: library, FAKETIME: "+10d", FAKETIME_DONT_FAKE_MONOTONIC: "1" };
    const told = execFileSync(process.execPath, ["-p", "Date.now()"], { env, timeout: 10_000, encoding: "utf8" });
    return Number(told) > Date.now() + 9 * 86_400_000;
  } catch {
    return false;
  }
}
