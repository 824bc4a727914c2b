import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { textsToRead, type ProjectListing } from "../../config/detect/project.ts";

const skipped = new Set([".git", "node_modules", "vendor", "target", "dist", "build", ".venv", "venv", "__pycache__"]);
const maxDepth = 5;
const maxPaths = 20_000;
const maxTextBytes = 1024 * 1024;

/** The files of a folder, to a bounded depth and number, and the texts that tell its toolchain. */
export async function readProject(root: string): Promise<ProjectListing> {
  const paths: string[] = [];
  // Breadth first, so that a huge folder cannot hide what lies near the top.
  for (let level = [""], depth = 0; level.length > 0 && depth < maxDepth && paths.length < maxPaths; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (!entry.isDirectory()) paths.push(path);
        else if (!skipped.has(entry.name)) next.push(path);
      }
    }
    level = next;
  }
  return { paths, texts: await readTexts(root) };
}

async function readTexts(root: string): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const name of textsToRead) {
    const info = await stat(join(root, name)).catch(() => undefined);
    if (info?.isFile() && info.size <= maxTextBytes) texts[name] = await readFile(join(root, name), "utf8").catch(() => "");
  }
  return texts;
}
