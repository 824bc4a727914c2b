import { isAtLeast, oldestGit } from "../../git/git-version.ts";
import { runProcess } from "../../process/run-process.ts";
import { bad, fine, type Finding } from "./finding.ts";

const oldestNode = [20, 19] as const;
const askMs = 5000;

export function checkNode(): Finding {
  const detail = `${process.version} (${process.execPath})`;
  if (isAtLeast(process.versions.node, oldestNode)) return fine("node", detail);
  return bad("node", { status: "error", detail, next: `install Node ${oldestNode.join(".")} or newer` });
}

export async function checkGit(): Promise<Finding> {
  const { outcome, stdout } = await runProcess({
    command: { file: "git", args: ["--version"] },
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" },
    timeoutMs: askMs,
  });
  const next = `install git ${oldestGit.join(".")} or newer`;
  const version = /git version (\d[\d.]*)/.exec(stdout.toString())?.[1];
  if (version === undefined) {
    const detail = outcome.kind === "notStarted" ? outcome.message : "git --version gives no version";
    return bad("git", { status: "error", detail, next });
  }
  return isAtLeast(version, oldestGit)
    ? fine("git", version)
    : bad("git", { status: "error", detail: `${version} is too old`, next });
}
