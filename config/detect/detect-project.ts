import { detectNode } from "./node.ts";
import { detectGo, detectMake, detectRust } from "./other-toolchains.ts";
import type { Detected, DetectedCheck, ProjectListing } from "./project.ts";
import { detectPython } from "./python.ts";

export interface DetectedProject {
  /** Toolchains found, such as `node` and `make`. */
  readonly kinds: readonly string[];
  readonly setup?: string;
  readonly checks: readonly DetectedCheck[];
  /** Globs of the tests. */
  readonly protect: readonly string[];
}

/** What a goal for this repository can be verified with. Make counts only for what no other toolchain checks. */
export function detectProject(listing: ProjectListing): DetectedProject {
  const found = [detectNode(listing), detectPython(listing), detectGo(listing), detectRust(listing)].filter(
    (one) => one !== undefined,
  );
  const checks = found.flatMap((one) => (found.length > 1 ? named(one) : one.checks));
  const make = detectMake(listing);
  const kindOf = (name: string) => name.split(" ", 1)[0];
  const made = make?.checks.filter(({ name }) => !checks.some((check) => kindOf(check.name) === name)) ?? [];
  const setups = found.flatMap((one) => one.setup ?? []);
  return {
    kinds: [...found.map((one) => one.kind), ...(made.length > 0 ? ["make"] : [])],
    ...(setups.length === 0 ? {} : { setup: setups.join(" && ") }),
    checks: [...checks, ...made],
    protect: testGlobs(listing.paths),
  };
}

function named({ kind, checks }: Detected): DetectedCheck[] {
  return checks.map((check) => ({ ...check, name: `${check.name} (${kind})` }));
}

const testFolder = /^((?:[^/]+\/){0,2}?(?:tests?|__tests__|specs?|e2e))\//;
const besideCode: readonly (readonly [RegExp, string])[] = [
  [/\.test\.[cm]?[jt]sx?$/, "**/*.test.*"],
  [/\.spec\.[cm]?[jt]sx?$/, "**/*.spec.*"],
  [/_test\.go$/, "**/*_test.go"],
];

/** Folders of tests, then patterns for tests that lie elsewhere. */
function testGlobs(paths: readonly string[]): string[] {
  const folders = new Set(paths.flatMap((path) => testFolder.exec(path)?.[1] ?? []));
  const elsewhere = paths.filter((path) => !testFolder.test(path));
  const patterns = besideCode.filter(([pattern]) => elsewhere.some((path) => pattern.test(path))).map(([, glob]) => glob);
  return [...[...folders].toSorted().map((folder) => `${escaped(folder)}/**`), ...patterns];
}

function escaped(folder: string): string {
  return folder.replaceAll(/[()[\]{}!*+?@\\]/g, String.raw`\$&`);
}
