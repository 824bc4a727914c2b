import { createHash, randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflate, deflateSync } from "node:zlib";

const deflateLater = promisify(deflate);

export interface TreeEntry {
  readonly mode: "100644" | "40000";
  /** ASCII. */
  readonly name: string;
  readonly id: string;
}

export interface CommitContent {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Writes small git objects without a git process. `sample` is any id of the repository: it tells the hash function. */
export interface ObjectWriter {
  /** Ids in `known` are in the store already. */
  blob(content: Uint8Array, known?: ReadonlySet<string>): Promise<string>;
  tree(entries: readonly TreeEntry[]): Promise<string>;
  commit(content: CommitContent): Promise<string>;
}

export function createObjectWriter(objectsDir: string, sample: string): ObjectWriter {
  const algorithm = sample.length === 64 ? "sha256" : "sha1";
  const write = async (type: string, body: Uint8Array, known?: ReadonlySet<string>) => {
    const header = Buffer.from(`${type} ${body.length}\0`);
    const id = createHash(algorithm).update(header).update(body).digest("hex");
    if (known?.has(id) !== true) await writeLoose(objectsDir, id, () => Buffer.concat([header, body]));
    return id;
  };
  return {
    blob: (content, known) => write("blob", content, known),
    tree: (entries) => write("tree", treeBody(entries)),
    commit: (content) => write("commit", Buffer.from(commitBody(content))),
  };
}

async function writeLoose(objectsDir: string, id: string, content: () => Buffer): Promise<void> {
  const folder = join(objectsDir, id.slice(0, 2));
  const path = join(folder, id.slice(2));
  // A power cut may leave empty files behind.
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) return;
  const temporary = join(objectsDir, `tmp_obj_${randomBytes(8).toString("hex")}`);
  try {
    await writeFile(temporary, await compress(content()), { mode: 0o444 });
    await mkdir(folder, { recursive: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function compress(content: Buffer): Promise<Buffer> {
  return content.length < 4096 ? deflateSync(content, { level: 1 }) : deflateLater(content, { level: 1 });
}

function treeBody(entries: readonly TreeEntry[]): Buffer {
  // Git sorts a folder as if its name ended in a slash.
  const key = (entry: TreeEntry) => (entry.mode === "40000" ? `${entry.name}/` : entry.name);
  const sorted = [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return Buffer.concat(sorted.flatMap(({ mode, name, id }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]));
}

function commitBody({ tree, parents, message, at }: CommitContent): string {
  const who = `Baton <baton@localhost> ${Math.floor(at / 1000)} +0000`;
  const lines = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), `author ${who}`, `committer ${who}`];
  return `${lines.join("\n")}\n\n${message.replaceAll("\0", "").trimEnd()}\n`;
}
