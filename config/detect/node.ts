import type { Detected, DetectedCheck, ProjectListing } from "./project.ts";

interface Manager {
  readonly name: string;
  readonly lockfiles: readonly string[];
  readonly install: string;
  readonly run: string;
}

const managers: readonly Manager[] = [
  { name: "pnpm", lockfiles: ["pnpm-lock.yaml"], install: "pnpm install --frozen-lockfile", run: "pnpm run" },
  { name: "yarn", lockfiles: ["yarn.lock"], install: "yarn install --frozen-lockfile", run: "yarn run" },
  { name: "bun", lockfiles: ["bun.lock", "bun.lockb"], install: "bun install --frozen-lockfile", run: "bun run" },
  { name: "npm", lockfiles: ["package-lock.json", "npm-shrinkwrap.json"], install: "npm ci", run: "npm run" },
];

/** Cheap first; several spellings of one purpose count once. */
const wanted: readonly (readonly [name: string, scripts: readonly string[]])[] = [
  ["lint", ["lint"]],
  ["types", ["typecheck", "type-check", "types", "tsc"]],
  ["build", ["build"]],
  ["tests", ["test"]],
];

interface Manifest {
  readonly scripts?: Readonly<Record<string, unknown>>;
  readonly packageManager?: unknown;
  readonly dependencies?: object;
  readonly devDependencies?: object;
}

export function detectNode({ paths, texts }: ProjectListing): Detected | undefined {
  const manifest = parse(texts["package.json"]);
  if (manifest === undefined) return undefined;
  const named = typeof manifest.packageManager === "string" ? manifest.packageManager : "";
  const locked = managers.find((manager) => manager.lockfiles.some((file) => paths.includes(file)));
  const manager = managers.find(({ name }) => named.startsWith(`${name}@`)) ?? locked ?? managers.at(-1)!;
  const setup = setupOf(manager, { manifest, locked: locked?.name === manager.name, modern: isModernYarn(named, paths) });
  return { kind: "node", ...(setup === undefined ? {} : { setup }), checks: checksOf(manifest, manager) };
}

function parse(text: string | undefined): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isModernYarn(named: string, paths: readonly string[]): boolean {
  return /^yarn@[2-9]/.test(named) || paths.includes(".yarnrc.yml");
}

function setupOf(manager: Manager, found: { manifest: Manifest; locked: boolean; modern: boolean }): string | undefined {
  const { dependencies = {}, devDependencies = {} } = found.manifest;
  if (Object.keys(dependencies).length + Object.keys(devDependencies).length === 0) return undefined;
  if (!found.locked) return manager.name === "npm" ? "npm install --no-save --no-package-lock" : `${manager.name} install`;
  return manager.name === "yarn" && found.modern ? "yarn install --immutable" : manager.install;
}

function checksOf(manifest: Manifest, manager: Manager): DetectedCheck[] {
  const scripts = manifest.scripts ?? {};
  return wanted.flatMap(([name, spellings]) => {
    const script = spellings.find((spelling) => isUsable(scripts[spelling]));
    if (script === undefined) return [];
    return [{ name, run: script === "test" && manager.name === "npm" ? "npm test" : `${manager.run} ${script}` }];
  });
}

/** `npm init` writes a test script that only fails; a watcher never ends. */
function isUsable(script: unknown): boolean {
  return (
    typeof script === "string" &&
    script !== "" &&
    !script.includes("no test specified") &&
    !/(^|\s)--watch(All)?(\s|$)/.test(script)
  );
}
