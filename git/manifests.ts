import { git } from "./git.ts";
import { splitPaths } from "./work-tree.ts";

const manifests =
  /(^|\/)(package(-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-(lock|workspace)\.yaml|bun\.lockb?|\.npmrc|\.yarnrc(\.yml)?|\.nvmrc|\.(node|python|ruby)-version|\.tool-versions|pyproject\.toml|poetry\.lock|uv\.lock|Pipfile(\.lock)?|setup\.(py|cfg)|requirements[^/]*\.txt|go\.(mod|sum|work)|Cargo\.(toml|lock)|rust-toolchain(\.toml)?|Gemfile(\.lock)?|[^/]+\.gemspec|pom\.xml|(build|settings)\.gradle(\.kts)?|gradle\.lockfile|composer\.(json|lock)|mix\.(exs|lock))$/;

/** Whether a file says which dependencies a checkout needs. */
export function isManifest(path: string): boolean {
  return manifests.test(path);
}

/** Mode, object id and path of each manifest in a commit. */
export async function manifestsIn(store: string, commit: string): Promise<string[]> {
  const entries = splitPaths(await git(["ls-tree", "-r", "-z", commit], { cwd: store, gitDir: store }));
  return entries.filter((entry) => isManifest(entry.slice(entry.indexOf("\t") + 1)));
}
