import { join } from "node:path";
import { definedIn, type Environment } from "../../config/environment.ts";
import { runProcess } from "../../process/run-process.ts";

interface GoInstall {
  readonly go: string;
  readonly version: string;
  /** Existing empty folder for the executable. */
  readonly folder: string;
  readonly env: Environment;
  readonly onProgress: (line: string) => void;
}

const limitMs = 20 * 60_000;
const tellEveryMs = 5000;

/** Builds Temporal's CLI from its Go module; gives the executable's path. Throws with the compiler's last lines. */
export async function goInstallBinary({ go, version, folder, env, onProgress }: GoInstall): Promise<string> {
  const module = `github.com/temporalio/cli/cmd/temporal@v${version}`;
  onProgress(`building Temporal's CLI with go install ${module}; once per machine, about 3 minutes`);
  const startedAt = performance.now();
  const timer = setInterval(() => {
    onProgress(`still building Temporal's CLI (${Math.round((performance.now() - startedAt) / 1000)} s)`);
  }, tellEveryMs);
  try {
    const { outcome, stderr } = await runProcess({
      command: { file: go, args: ["install", module] },
      cwd: folder,
      env: { ...definedIn(env), CGO_ENABLED: "0", GOBIN: folder, GOFLAGS: "", GOOS: "", GOARCH: "" },
      timeoutMs: limitMs,
    });
    if (outcome.kind === "exited" && outcome.code === 0) return join(folder, "temporal");
    const lines = stderr.toString().trim().split("\n").slice(-3).join("; ");
    throw new Error(outcome.kind === "exited" ? lines : `${outcome.kind}: ${lines}`);
  } finally {
    clearInterval(timer);
  }
}
