import { describeJudge } from "../../domain/view.ts";
import type { Paint } from "../output.ts";
import { oneLine } from "../render-text.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { StartedThread } from "./start-run.ts";

/** The first words of `run`: what was started, where to watch it, how to leave it. */
export function renderStarted(
  { goalFile: { goal }, repository }: PreparedRun,
  thread: StartedThread,
  paint: Paint,
): readonly string[] {
  const { worker, judge } = goal.agents;
  return [
    `${paint("strong", `thread ${thread.id}`)} · ${oneLine(goal.goal, 200)}`,
    `  branch ${thread.branch} from ${repository.base.slice(0, 10)} of ${repository.name} · agent ${worker.use}, judged by ${describeJudge(judge)}`,
    ...(thread.ui === null ? [] : [`  Temporal UI ${thread.ui}`]),
    paint("dim", `  Ctrl-C leaves it running; baton logs -f ${thread.id} comes back`),
    "",
  ];
}
