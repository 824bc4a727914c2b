import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HubListen } from "../config/hub-settings.ts";
import { git } from "../git/git.ts";
import { packObjects } from "../git/pack.ts";
import { commitAll, scratchFolder } from "../git/test-repository.ts";
import { connectHub } from "./hub-client.ts";
import type { HubClient, PushCheckpoint } from "./hub.ts";
import { startHubServer, type HubServer } from "./server.ts";
import { openHubStore, type HubStore } from "./store/open-store.ts";

export interface TestHub {
  readonly hub: HubClient;
  readonly server: HubServer;
  readonly store: HubStore;
  readonly stop: () => Promise<void>;
}

/** A hub in this process over a store in `folder`, and a client of it. */
export async function startTestHub(folder: string, guards: Partial<HubListen> = {}): Promise<TestHub> {
  const store = await openHubStore(folder);
  const silent = () => undefined;
  const listen = { host: "127.0.0.1", port: 0, tokens: [], ...guards };
  const server = await startHubServer({ listen, store, log: { info: silent, warn: silent, error: silent } });
  const hub = connectHub({ address: server.address });
  const stop = async () => {
    hub.close();
    await server.stop();
    await store.close();
  };
  return { hub, server, store, stop };
}

export interface TestWork {
  readonly path: string;
  readonly base: string;
  /** Commits one changed file; gives the commit and its tree. */
  commit(content: string): Promise<{ commit: string; tree: string }>;
  /** Commits on top of the base, oldest first, made by one process. */
  commitMany(count: number): Promise<string[]>;
  pack(want: string, haves?: readonly string[]): AsyncIterable<Uint8Array>;
  remove(): void;
}

/** A user's repository with one commit of a few files. */
export async function createTestWork(): Promise<TestWork> {
  const folder = scratchFolder();
  const { path } = folder;
  for (let file = 0; file < 5; file += 1) writeFileSync(join(path, `file-${file}.txt`), `${"line\n".repeat(50)}${file}\n`);
  const base = await commitAll(path);
  return {
    path,
    base,
    async commit(content) {
      writeFileSync(join(path, "work.txt"), content);
      const commit = await commitAll(path, content.slice(0, 20));
      const tree = (await git(["rev-parse", `${commit}^{tree}`], { cwd: path })).toString().trim();
      return { commit, tree };
    },
    async commitMany(count) {
      const commits = Array.from({ length: count }, (_, turn) => fastImport(turn, turn === 0 ? base : `:${turn}`));
      await git(["fast-import", "--quiet"], { cwd: path, stdin: commits.join("") });
      const made = await git(["rev-list", "--reverse", `${base}..many`], { cwd: path });
      return made.toString().trim().split("\n");
    },
    pack: (want, haves = []) => packObjects({ gitDir: join(path, ".git"), wants: [want], haves }),
    remove: folder.remove,
  };
}

function fastImport(turn: number, parent: string): string {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const head = `commit refs/heads/many\nmark :${turn + 1}\ncommitter B <b@localhost> ${1_700_000_000 + turn} +0000\n`;
  return `${head}${data(`turn ${turn}`)}from ${parent}\nM 100644 inline work.txt\n${data(`turn ${turn}`)}\n`;
}

/** What a host says when it pushes a commit as a checkpoint of thread `t` at epoch 1. */
export function checkpointOf(made: { commit: string; tree: string }, more: Partial<PushCheckpoint> = {}): PushCheckpoint {
  const { commit, tree } = made;
  return { repository: "repo-1", thread: "t", epoch: 1, turn: 1, partial: false, snapshot: commit, commit, tree, ...more };
}

export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

export async function* only(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
