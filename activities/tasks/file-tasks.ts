import { isUtf8 } from "node:buffer";
import { toTask } from "../../config/tasks/to-task.ts";
import { BatonFailure } from "../../domain/failure.ts";
import type { Task } from "../../domain/fan-out/task.ts";
import { createPathMatcher } from "../../git/changed-paths.ts";
import { git } from "../../git/git.ts";
import { splitPaths, type BytePath } from "../../git/work-tree.ts";

const where = "fan_out.files";
const next = "change the globs so that they match the files that are meant";

/** One task for each regular file of a commit that matches, by path. Throws TaskList for none and for names nobody can write. */
export async function fileTasks(request: {
  readonly store: string;
  readonly commit: string;
  readonly globs: readonly string[];
}): Promise<Task[]> {
  const { store, commit, globs } = request;
  const listed = splitPaths(await git(["ls-tree", "-r", "-z", "--full-tree", commit], { cwd: store, gitDir: store }));
  const paths = listed.filter((line) => line.startsWith("100")).map((line) => line.slice(line.indexOf("\t") + 1));
  const tasks = paths.filter(createPathMatcher(globs)).map(taskOf);
  if (tasks.length > 0) return tasks;
  throw new BatonFailure("TaskList", `no file of commit ${commit.slice(0, 10)} matches ${globs.join(", ")}`, { where, next });
}

function taskOf(path: BytePath): Task {
  const bytes = Buffer.from(path, "latin1");
  const shown = JSON.stringify(bytes.toString());
  if (!isUtf8(bytes)) throw new BatonFailure("TaskList", `the name of the file ${shown} is not UTF-8`, { where, next });
  const made = toTask({ path: bytes.toString() });
  if ("task" in made) return made.task;
  throw new BatonFailure("TaskList", `the file ${shown} ${made.problem}`, { where, next });
}
