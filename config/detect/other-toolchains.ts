import type { Detected, DetectedCheck, ProjectListing } from "./project.ts";

export function detectGo({ paths }: ProjectListing): Detected | undefined {
  if (!paths.includes("go.mod")) return undefined;
  const setup = paths.includes("go.sum") ? { setup: "go mod download" } : {};
  const lint = paths.some((path) => /^\.golangci\.(ya?ml|toml|json)$/.test(path))
    ? [{ name: "lint", run: "golangci-lint run" }]
    : [];
  return {
    kind: "go",
    ...setup,
    checks: [{ name: "vet", run: "go vet ./..." }, ...lint, { name: "tests", run: "go test ./..." }],
  };
}

export function detectRust({ paths, texts }: ProjectListing): Detected | undefined {
  if (!paths.includes("Cargo.toml")) return undefined;
  const checks: DetectedCheck[] = [];
  if (paths.some((path) => /^\.?rustfmt\.toml$/.test(path))) checks.push({ name: "format", run: "cargo fmt --check" });
  const linted = paths.some((path) => /^\.?clippy\.toml$/.test(path)) || (texts["Cargo.toml"] ?? "").includes("lints.clippy");
  if (linted) checks.push({ name: "lint", run: "cargo clippy --all-targets -- -D warnings" });
  checks.push({ name: "tests", run: "cargo test" });
  return { kind: "rust", checks };
}

const targets: readonly (readonly [name: string, target: string])[] = [
  ["lint", "lint"],
  ["checks", "check"],
  ["tests", "test"],
];

export function detectMake({ texts }: ProjectListing): Detected | undefined {
  const makefile = texts["GNUmakefile"] ?? texts["makefile"] ?? texts["Makefile"];
  if (makefile === undefined) return undefined;
  const has = (target: string) => new RegExp(String.raw`^${target}\s*:(?!=)`, "m").test(makefile);
  return {
    kind: "make",
    checks: targets.filter(([, target]) => has(target)).map(([name, target]) => ({ name, run: `make ${target}` })),
  };
}
