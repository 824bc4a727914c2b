import { createHash } from "node:crypto";

const base32 = "abcdefghijklmnopqrstuvwxyz234567";

interface ThreadName {
  readonly slug: string;
  readonly repository: string;
  /** What makes two runs the same goal: the fixed branch, or the goal's content. */
  readonly identity: string;
  /** Counts the threads of one identity. */
  readonly n: number;
}

/** `<slug>-<4 base32 characters>`; equal for equal names, so that a goal started twice at once meets itself. */
export function threadIdOf({ slug, repository, identity, n }: ThreadName): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([repository, identity, n]))
    .digest();
  const suffix = [...digest.subarray(0, 4)].map((byte) => base32[byte % 32]).join("");
  return `${slug}-${suffix}`;
}

const maxSlug = 24;

/** The readable half of a thread's id, from the first source that gives one. */
export function slugOf(source: { readonly branch?: string; readonly file: string; readonly goal: string }): string {
  const branch = source.branch?.replace(/^baton\//, "");
  const file = source.file.replace(/^.*\//, "").replace(/\.ya?ml$/i, "");
  const candidates = [branch, file === "goal" ? undefined : file, source.goal];
  for (const candidate of candidates) {
    const slug = candidate === undefined ? "" : slugify(candidate);
    if (slug !== "") return slug;
  }
  return "goal";
}

function slugify(text: string): string {
  const words = text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}/gu, "")
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  let slug = words[0]?.slice(0, maxSlug) ?? "";
  for (const word of words.slice(1)) {
    if (slug.length + 1 + word.length > maxSlug) break;
    slug += `-${word}`;
  }
  return slug;
}
