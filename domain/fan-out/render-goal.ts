import { oneLine } from "../bounded-text.ts";
import { cleanText } from "../clean-text.ts";
import { BatonFailure } from "../failure.ts";
import type { Reviewer } from "./fan-out.ts";
import type { AgentCommand, Check, Goal, Judge, Scope } from "../goal.ts";
import type { Task } from "./task.ts";
import { fillPlaceholders, taskVariable } from "./task-fields.ts";

const nameCharacters = 80;

/**
 * The goal of the subagent that does `task`. Texts get the values of its fields; shell commands get references to
 * variables that hold them, so that no value is ever read as a command. Throws a `GoalFile` failure for a field the task lacks.
 */
export function renderGoal(template: Goal, task: Task): Goal {
  const { background, setup, review } = template;
  return {
    ...template,
    goal: inText(task, "goal", template.goal),
    ...(background === undefined ? {} : { background: inText(task, "background", background) }),
    scope: renderScope(task, template.scope),
    done: template.done.map((text, index) => inText(task, `done.${index}`, text)),
    ...(setup === undefined ? {} : { setup: inCommand(task, "setup", setup) }),
    verify: renderChecks(task, template.verify),
    agents: {
      ...template.agents,
      worker: renderAgent(template.agents.worker, task, "agents.worker"),
      judge: renderJudge(task, template.agents.judge),
    },
    ...(review === undefined ? {} : { review: renderReviewer(task, review) }),
    risk: template.risk.map((text, index) => inText(task, `risk.${index}`, text)),
  };
}

/** An agent that works on `task`: its command line refers to the fields, its environment has them. */
export function renderAgent<T extends AgentCommand>(agent: T, task: Task, where: string): T {
  const [flag, run] = agent.args;
  const isCommandLine = agent.bin === "/bin/sh" && flag === "-c" && run !== undefined;
  const args = isCommandLine ? [flag, inCommand(task, `${where}.run`, run), ...agent.args.slice(2)] : agent.args;
  return { ...agent, args, env: [...agent.env, ...taskEnvironment(task)] };
}

/** Every field as `BATON_TASK_FIELD=value`. */
export function taskEnvironment(task: Task): string[] {
  return Object.entries(task.fields).map(([field, value]) => `${taskVariable(field)}=${value}`);
}

function renderJudge(task: Task, judge: Judge): Judge {
  return judge.use === "none" || judge.use === "model" ? judge : renderAgent(judge, task, "agents.judge");
}

function renderReviewer(task: Task, reviewer: Reviewer): Reviewer {
  const { instructions } = reviewer;
  const rendered = renderAgent(reviewer, task, "review");
  if (instructions === undefined) return rendered;
  return { ...rendered, instructions: inText(task, "review.instructions", instructions) };
}

function renderChecks(task: Task, checks: readonly Check[]): Check[] {
  const taken = new Set<string>();
  return checks.map((check, index) => {
    const where = `verify.${index}`;
    const name = freeName(oneLine(cleanText(inText(task, where, check.name)), nameCharacters), taken);
    taken.add(name);
    return { ...check, name, run: inCommand(task, where, check.run), env: taskEnvironment(task) };
  });
}

/** Different names may become one by their values, or by being cut. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name} (${number})`;
  return free;
}

function renderScope(task: Task, scope: Scope): Scope {
  const render = (key: keyof Scope) => scope[key].flatMap((glob, index) => renderGlob(task, `scope.${key}.${index}`, glob));
  return { allow: render("allow"), protect: render("protect") };
}

/** A value may be a glob, or a path with brackets in it that shall be just that path: both are meant. */
function renderGlob(task: Task, where: string, glob: string): string[] {
  const asGlob = inText(task, where, glob);
  const asPath = fillPlaceholders(glob, (field) => literally(valueOf(task, where, field)));
  if (asGlob.replaceAll(/[./\s]/g, "") === "")
    throw unusable(task, `leaves ${inTemplate(where)} without a path`, "Give its fields a value");
  return asGlob.startsWith("!") ? [asPath] : [...new Set([asGlob, asPath])];
}

function literally(path: string): string {
  return path.replace(/[\\!*?+@()[\]{}|"]/g, String.raw`\$&`);
}

function inText(task: Task, where: string, text: string): string {
  return fillPlaceholders(text, (field) => valueOf(task, where, field));
}

function inCommand(task: Task, where: string, command: string): string {
  return fillPlaceholders(command, (field) => {
    valueOf(task, where, field);
    return `\${${taskVariable(field)}}`;
  });
}

function valueOf(task: Task, where: string, field: string): string {
  const value = Object.hasOwn(task.fields, field) ? task.fields[field] : undefined;
  if (value !== undefined) return value;
  const next = `Give it a ${field}, or take \${task.${field}} out of the template`;
  throw unusable(task, `has no field "${field}", which ${inTemplate(where)} uses`, next);
}

function inTemplate(where: string): string {
  return `fan_out.template.${where}`;
}

function unusable({ name }: Task, what: string, next: string): BatonFailure {
  return new BatonFailure("GoalFile", `the task "${name}" ${what}`, { where: "fan_out", next });
}
