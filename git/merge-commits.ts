import { join } from "node:path";
import { BatonFailure } from "../domain/failure.ts";
import { allEnded } from "./all-ended.ts";
import { git, gitFailure, runGitScript } from "./git.ts";
import { openMergeAttributes, type MergeAttributes } from "./merge-attributes.ts";
import { mergeAlone, type MergeConflict } from "./merge-conflict.ts";
import { openMergeStream, type MergeStream } from "./merge-stream.ts";
import { createObjectWriter, type ObjectWriter } from "./object-writer.ts";

export interface MergerRequest {
  /** Bare git folder that has all these commits. */
  readonly store: string;
  /** First commit that is merged onto. */
  readonly onto: string;
  /** Every commit that may be merged. */
  readonly commits: readonly string[];
  /** Variables that mark git's processes as the thread's, so that the reaper finds them. */
  readonly markers?: Readonly<Record<string, string>>;
}

export interface MergeRequest {
  /** `onto`, or a commit that an earlier merge gave. */
  readonly stack: string;
  readonly commit: string;
  readonly message: string;
}

export type MergeResult = { readonly kind: "merged"; readonly commit: string } | { readonly kind: "already" } | MergeConflict;

/** Merges commits onto a stack in a bare store, without any checkout. */
export interface Merger {
  /** The same request gives the same commit id each time. */
  merge(request: MergeRequest): Promise<MergeResult>;
  close(): Promise<void>;
}

interface KnownCommit {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly parents: readonly string[];
}

interface Merging {
  readonly store: string;
  readonly attributes: MergeAttributes;
  stream: MergeStream;
  readonly writer: ObjectWriter;
  /** What `onto` does not reach, and `onto` itself. */
  readonly graph: Map<string, KnownCommit>;
}

/** Throws Repository when git is too old, Workspace when a commit is not in the store. */
export async function openMerger({ store, onto, commits, markers = {} }: MergerRequest): Promise<Merger> {
  await requireMergeTree();
  const [graph, attributes] = await allEnded([
    readGraph({ store, onto, commits, markers }),
    openMergeAttributes({ store, onto, commits, env: markers }),
  ]);
  const writer = createObjectWriter(join(store, "objects"), onto);
  const merging: Merging = { store, attributes, stream: openMergeStream(attributes.place()), writer, graph };
  return {
    merge: (request) => merge(merging, request),
    close: async () => {
      await merging.stream.close();
      await attributes.close();
    },
  };
}

async function merge(merging: Merging, request: MergeRequest): Promise<MergeResult> {
  const { store, attributes, writer, graph } = merging;
  const { stack, commit, message } = request;
  const below = graph.get(stack);
  if (below === undefined) throw new BatonFailure("Workspace", `${stack} is not a commit of this stack`, { where: store });
  const own = graph.get(commit);
  if (own === undefined || reaches(graph, stack, commit)) return { kind: "already" };
  if (await attributes.follow(stack)) await openStreamAgain(merging);
  const streamed = await merging.stream.merge(stack, commit);
  const merged = streamed?.clean ? streamed : await mergeAlone({ place: attributes.place(), stack, commit });
  if ("kind" in merged && merged.kind === "conflict") {
    if (streamed === undefined) await openStreamAgain(merging);
    return merged;
  }
  const made: KnownCommit = { at: Math.max(below.at, own.at), parents: [stack, commit] };
  const id = await writer.commit({ tree: merged.tree, ...made, message });
  graph.set(id, made);
  return { kind: "merged", commit: id };
}

/** A process that merged before has read the attributes of then, or has died. */
async function openStreamAgain(merging: Merging): Promise<void> {
  await merging.stream.close();
  merging.stream = openMergeStream(merging.attributes.place());
}

function reaches(graph: ReadonlyMap<string, KnownCommit>, from: string, commit: string): boolean {
  const seen = new Set<string>();
  const waiting = [from];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === commit) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    waiting.push(...(graph.get(id)?.parents ?? []));
  }
  return false;
}

async function readGraph({ store, onto, commits, markers = {} }: MergerRequest): Promise<Map<string, KnownCommit>> {
  const unfit = [onto, ...commits].find((id) => !/^[0-9a-f]{40,64}$/.test(id));
  if (unfit !== undefined) throw new BatonFailure("Workspace", `Not a commit id: ${unfit}`, { where: store });
  const list = "git rev-list --timestamp";
  const stdin = [...commits, `^${onto}`, ""].join("\n");
  const script = `${list} --no-walk ${onto} && ${list} --parents --stdin`;
  const result = await runGitScript(script, { cwd: store, gitDir: store, env: markers, stdin });
  if (result.code !== 0) throw gitFailure(["rev-list"], store, result);
  const lines = result.stdout.toString("latin1").split("\n").filter(Boolean);
  return new Map(
    lines.map((line): [string, KnownCommit] => {
      const [seconds = "", id = "", ...parents] = line.split(" ");
      return [id, { at: Number(seconds) * 1000, parents }];
    }),
  );
}

const oldest = [2, 38] as const;
let checked = false;

/** Asks once; a git that is too old is asked again, because it may be updated meanwhile. */
async function requireMergeTree(): Promise<void> {
  if (checked) return;
  const said = (await git(["version"], { cwd: "/" })).toString().trim();
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(said) ?? []).map(Number);
  checked = major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
  if (checked) return;
  throw new BatonFailure("Repository", `Merging subagents' work needs git ${oldest.join(".")} or newer; this host has ${said}`, {
    next: "Install a newer git on the host",
  });
}
