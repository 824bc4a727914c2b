import picomatch from "picomatch";

/** Says what keeps `glob` from naming paths inside a repository; undefined when it is fine. */
export function globProblem(glob: string): string | undefined {
  if (glob.startsWith("/")) return "begins with a slash; write it relative to the repository root";
  if (glob.startsWith("!")) return "begins with an exclamation mark; name what is meant instead of what is not";
  if (glob.split("/").includes("..")) return 'leaves the repository with ".."';
  if (glob.length > 1000) return "is longer than 1000 characters";
  try {
    // picomatch turns an impossible range like [z-a] into a pattern that matches nothing.
    return picomatch.makeRe(glob, { strictBrackets: true }).source === "$^" ? "has a range that matches nothing" : undefined;
  } catch {
    return "has brackets that do not close";
  }
}
