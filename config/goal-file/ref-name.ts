// oxlint-disable-next-line no-control-regex -- git refuses control characters
const forbidden = /[\u0000-\u0020\u007f~^:?*[\\]/;

/** Says what keeps `name` from being a branch name, by the rules of `git check-ref-format --branch`; undefined when it is one. */
export function branchProblem(name: string): string | undefined {
  if (forbidden.test(name)) return "has a space or one of ~ ^ : ? * [ \\ in it";
  if (name.includes("..")) return 'has ".." in it';
  if (name.includes("@{")) return 'has "@{" in it';
  if (name.endsWith(".")) return "ends with a dot";
  for (const part of name.split("/")) {
    if (part === "") return "has an empty part between slashes";
    if (part.startsWith(".")) return "has a part that begins with a dot";
    if (part.startsWith("-")) return "has a part that begins with a dash";
    if (part.endsWith(".lock")) return 'has a part that ends with ".lock"';
  }
  return Buffer.byteLength(name) > 200 ? "is longer than 200 bytes" : undefined;
}
