import { firstBytes } from "../domain/bounded-text.ts";
import { cleanText } from "../domain/clean-text.ts";
import { conflictHunks } from "./conflict-hunks.ts";
import { gitFailure, runGitScript, type GitResult } from "./git.ts";
import { mergeCommand, type MergePlace } from "./merge-attributes.ts";
import { displayPath, splitPaths, type BytePath } from "./work-tree.ts";

export interface MergePair {
  readonly place: MergePlace;
  /** Commit that is merged onto. */
  readonly stack: string;
  /** Commit that is merged. */
  readonly commit: string;
}

export interface MergeConflict {
  readonly kind: "conflict";
  readonly paths: readonly string[];
  /** One line. */
  readonly text: string;
  /** Git's messages and the conflicting hunks with their markers; at most 6 kB. */
  readonly evidence: string;
}

interface Message {
  readonly paths: readonly BytePath[];
  /** As in `CONFLICT (modify/delete)`. */
  readonly kind: string;
  readonly text: string;
}

/** Bytes of all evidence, of git's messages in it, and of the line that sums it up. */
const evidenceBytes = 6_000;
const messageBytes = 2_000;
const textLength = 300;
const namedPaths = 5;
/** Exit codes of a shell above this are signals; those of SIGINT, SIGKILL and SIGTERM come from elsewhere. */
const signaled = 128;
const stopped = [2, 9, 15];

/** Merges two commits in a process of its own, which tells what conflicts. Throws Workspace when git cannot say. */
export async function mergeAlone(pair: MergePair): Promise<{ readonly kind: "clean"; readonly tree: string } | MergeConflict> {
  const { place, stack, commit } = pair;
  const args = [...mergeCommand, "-z", stack, commit];
  // A shell tells by its exit code that git died.
  const result = await runGitScript(`git ${args.join(" ")} || exit`, place);
  if (result.code !== 0 && /unrelated histories/.test(result.stderr)) return bare("its commits share no history with the base");
  if (hasCrashed(result)) return bare("git itself dies of merging it", result.stderr);
  if (result.code > 1) throw gitFailure(args, place.gitDir, result);
  const [tree = "", ...parts] = splitPaths(result.stdout);
  if (result.code === 0) return { kind: "clean", tree };
  return describeConflict(pair, { tree, ...parseConflict(parts) });
}

function bare(text: string, evidence = ""): MergeConflict {
  return { kind: "conflict", paths: [], text, evidence: firstBytes(cleanText(evidence), evidenceBytes) };
}

/** Some gits abort over renames that meet in an unlucky way, and would do so again. */
function hasCrashed({ code }: GitResult): boolean {
  return code > signaled && !stopped.includes(code - signaled);
}

function parseConflict(parts: readonly string[]): { paths: BytePath[]; messages: Message[] } {
  const end = parts.indexOf("");
  const files = parts.slice(0, end).map((part) => part.slice(part.indexOf("\t") + 1));
  const messages: Message[] = [];
  for (let at = end + 1; at < parts.length;) {
    const count = Number(parts[at]);
    const from = at + 1;
    const [kind = "", text = ""] = parts.slice(from + count, from + count + 2);
    messages.push({ paths: parts.slice(from, from + count), kind: displayPath(kind), text: displayPath(text) });
    at = from + count + 2;
  }
  return { paths: [...new Set(files)], messages: messages.filter(({ kind }) => kind.startsWith("CONFLICT")) };
}

interface Found {
  /** With conflict markers in it. */
  readonly tree: string;
  readonly paths: readonly BytePath[];
  readonly messages: readonly Message[];
}

async function describeConflict(pair: MergePair, { tree, paths, messages }: Found): Promise<MergeConflict> {
  const named = (text: string) => text.replaceAll(pair.stack, "merged-stack").replaceAll(pair.commit, "this-task");
  const told = messages.map(({ text }) => named(line(text)));
  const list = firstBytes([...new Set(told)].join("\n"), messageBytes);
  const room = evidenceBytes - Buffer.byteLength(list) - 2;
  const hunks = await conflictHunks({ place: pair.place, tree, paths, bytes: room });
  return {
    kind: "conflict",
    paths: paths.map((path) => named(line(displayPath(path)))),
    text: named(summary(messages)).slice(0, textLength),
    evidence: firstBytes([list, named(hunks)].filter((text) => text !== "").join("\n\n"), evidenceBytes),
  };
}

/** As in `contents of a.ts, b.ts; modify/delete of c.ts`. */
function summary(messages: readonly Message[]): string {
  const byKind = new Map<string, Set<string>>();
  for (const { kind, paths } of messages) {
    const name = /^CONFLICT \((.*)\)$/.exec(kind)?.[1] ?? kind;
    const known = byKind.get(name) ?? new Set();
    byKind.set(name, known.add(line(displayPath(paths[0] ?? ""))));
  }
  // Git calls the same path a conflict of contents as well.
  for (const path of byKind.get("binary") ?? []) byKind.get("contents")?.delete(path);
  const kinds = [...byKind].filter(([, paths]) => paths.size > 0).map(([kind, paths]) => `${kind} of ${listed([...paths])}`);
  return kinds.length === 0 ? "git finds a conflict" : kinds.join("; ");
}

function listed(paths: readonly string[]): string {
  const more = paths.length - namedPaths;
  return `${paths.slice(0, namedPaths).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function line(text: string): string {
  return cleanText(text).replaceAll(/\s+/g, " ").trim();
}
