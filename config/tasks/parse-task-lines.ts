import { BatonFailure } from "../../domain/failure.ts";
import type { Task } from "../../domain/fan-out/task.ts";
import { taskListProblem } from "./task-list-problem.ts";
import { toTask } from "./to-task.ts";

const where = "fan_out.command";
const next = 'Let the command print one line or one JSON object for each task, such as {"path": "src/a.ts"}';

/**
 * Tasks from a command's standard output: a line that begins with a brace is a JSON object, any other a text; blank
 * lines and those that begin with `#` are passed over. Throws one `GoalFile` failure that names the line.
 */
export function parseTaskLines(text: string): Task[] {
  const tasks = text.split(/\r?\n/).flatMap((line, index) => {
    const content = line.trim();
    return content === "" || content.startsWith("#") ? [] : [taskOf(content, index + 1)];
  });
  const problem = taskListProblem(tasks);
  if (problem !== undefined) throw new BatonFailure("GoalFile", `the output of ${where} ${problem}`, { where, next });
  return tasks;
}

function taskOf(line: string, number: number): Task {
  if (isListOfObjects(line)) throw badLine(number, "is a list of objects, and each object has to stand on a line of its own");
  const made = toTask(line.startsWith("{") ? parseObject(line, number) : line);
  if ("task" in made) return made.task;
  throw badLine(number, made.problem);
}

/** All tasks as one JSON list would be a single task of a nonsensical name. */
function isListOfObjects(line: string): boolean {
  if (!/^\[\s*\{/.test(line)) return false;
  try {
    return Array.isArray(JSON.parse(line));
  } catch {
    return false;
  }
}

function parseObject(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw badLine(number, `begins with a brace but is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}

function badLine(number: number, problem: string): BatonFailure {
  return new BatonFailure("GoalFile", `line ${number} of the output of ${where} ${problem}`, { where, next });
}
