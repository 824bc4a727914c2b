import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { runGit } from "../../git/git.ts";
import type { StoreCheck, StoreProblem } from "../hub.ts";
import { hubLimits } from "../limits.ts";
import { transcriptProblem } from "./check-transcript.ts";
import type { GarbageParts } from "./collect-garbage.ts";
import { attemptsFolder, listRefs, readRef, refPath } from "./refs.ts";
import type { ThreadRecord } from "./thread-records.ts";

interface Check {
  readonly parts: GarbageParts;
  readonly root: string;
  readonly report: (where: string, problem: string) => void;
}

const mostProblems = 1000;

/** Looks at everything in the store beside calls that go on, and mends nothing. */
export async function checkStore(parts: GarbageParts, root: string): Promise<StoreCheck> {
  const problems: StoreProblem[] = [];
  const report = (where: string, problem: string) => {
    if (problems.length < mostProblems) problems.push({ where, problem });
  };
  const check = { parts, root, report };
  const threads = await checkRecords(check);
  const repositories = await parts.repositories.list();
  for (const id of repositories) await parts.repositories.inside(id, (gitDir) => checkRepository(check, { id, gitDir, threads }));
  const transcripts = await checkTranscripts(check);
  const artifacts = await checkArtifacts(check);
  const results = await parts.results.check(report);
  await checkLeftovers(check);
  return { threads: threads.size, repositories: repositories.length, transcripts, artifacts, results, problems };
}

async function checkRecords({ parts, report }: Check): Promise<Map<string, ThreadRecord>> {
  const found = new Map<string, ThreadRecord>();
  for (const thread of await parts.records.list()) {
    await parts.threads.run(thread, async () => {
      const record = await parts.records.read(thread).catch(() => null);
      if (record === undefined) return;
      if (record === null) return report(`thread ${thread}`, "its record is damaged");
      found.set(thread, record);
      const { repository, checkpoint, attempts = [] } = record;
      await parts.repositories.inside(repository, async (gitDir) => {
        const at = await readRef(refPath(gitDir, "threads", thread));
        if (at !== checkpoint?.snapshot)
          report(`thread ${thread}`, `its ref is ${at ?? "absent"}, and its record says ${checkpoint?.snapshot ?? "none"}`);
        for (const { epoch, snapshot } of attempts) {
          const kept = await readRef(join(attemptsFolder(gitDir, thread), String(epoch)));
          if (kept !== snapshot) report(`thread ${thread}`, `its attempt of epoch ${epoch} has lost its ref`);
        }
      });
    });
  }
  return found;
}

interface CheckedRepository {
  readonly id: string;
  readonly gitDir: string;
  readonly threads: ReadonlyMap<string, ThreadRecord>;
}

async function checkRepository({ parts, report }: Check, { id, gitDir, threads }: CheckedRepository): Promise<void> {
  const where = `repository ${id}`;
  const refs = await listRefs(join(gitDir, "refs/baton/threads"));
  const unknown = refs.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)).filter((thread) => !threads.has(thread));
  for (const thread of unknown) {
    // It may have come since the records were read.
    if (!(await parts.records.list()).includes(thread)) report(where, `ref of thread ${thread}, which has no record`);
  }
  const at = { cwd: gitDir, gitDir };
  const connected = await runGit(["fsck", "--connectivity-only", "--no-dangling", "--no-progress"], at);
  if (connected.code !== 0) report(where, saidBy(connected));
  const packs = (await readdir(join(gitDir, "objects/pack"))).filter((name) => name.endsWith(".idx"));
  for (const name of packs) {
    const verified = await runGit(["verify-pack", join(gitDir, "objects/pack", name)], at);
    if (verified.code !== 0) report(where, `${name}: ${saidBy(verified)}`);
  }
}

function saidBy({ stdout, stderr, code }: { stdout: Buffer; stderr: string; code: number }): string {
  const lines = `${stderr}\n${stdout.subarray(0, 4096).toString()}`
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("notice"));
  return lines.slice(0, 3).join("; ").slice(0, 500) || `git ended with code ${code}`;
}

async function checkTranscripts({ parts, report }: Check): Promise<number> {
  const threads = await parts.transcripts.list();
  for (const thread of threads) {
    await parts.threads.run(thread, async () => {
      const problem = await transcriptProblem(parts.transcripts.pathOf(thread)).catch(absent);
      if (problem !== undefined) report(`transcript of thread ${thread}`, problem);
    });
  }
  return threads.length;
}

async function checkArtifacts({ parts, report }: Check): Promise<number> {
  const artifacts = await parts.artifacts.list();
  for (const artifact of artifacts) {
    const hash = createHash("sha256");
    try {
      for await (const chunk of createReadStream(parts.artifacts.pathOf(artifact)) as AsyncIterable<Buffer>) hash.update(chunk);
      if (hash.digest("hex") !== artifact) report(`artifact ${artifact}`, "its content is not what it was stored as");
    } catch (error) {
      absent(error);
    }
  }
  return artifacts.length;
}

/** What was collected meanwhile is no problem. */
function absent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}

async function checkLeftovers({ parts, root, report }: Check): Promise<void> {
  const repositories = (await parts.repositories.list()).map((id) => join("repositories", `${id}.git`));
  const inRepositories = ["objects", "objects/pack", "refs/baton/threads", "refs/baton/bases", "refs/baton/results"];
  const inThem = repositories.flatMap((folder) => inRepositories.map((each) => join(folder, each)));
  const ofResults = (await readdir(join(root, "results"))).map((repository) => join("results", repository));
  const folders = ["threads", "artifacts", "hosts", ...ofResults, ...inThem];
  for (const folder of folders) {
    const names = (await readdir(join(root, folder)).catch(() => [])).filter((name) => /^(?:incoming-|\.?tmp[-_])/.test(name));
    for (const name of names) {
      // A young one is a write that is under way.
      const known = await stat(join(root, folder, name)).catch(() => undefined);
      if (known !== undefined && Date.now() - known.mtimeMs > hubLimits.graceMs) report(join(folder, name), "was never finished");
    }
  }
}
