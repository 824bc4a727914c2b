import type { DetectedProject } from "../../config/detect/detect-project.ts";

export type InstalledAgent = "codex" | "claude";

export interface GoalDraft {
  readonly project: DetectedProject;
  readonly goal?: string;
  /** Absent: a placeholder command is written, which fails and says what to do. */
  readonly worker?: InstalledAgent;
  readonly judge?: InstalledAgent;
  /** Path or address of the JSON Schema, for editors. */
  readonly schema?: string;
}

/** Commands that stand in until a person puts in theirs; `baton check` recognizes them by this text. */
export const placeholderMark = "to be replaced in goal.yaml";
const placeholder = (what: string) => `echo '${what} ${placeholderMark}' >&2; exit 1`;

/** The text of a goal file, valid as it stands. */
export function goalTemplate(draft: GoalDraft): string {
  const { project, worker, judge } = draft;
  const sections = [
    draft.schema === undefined ? [] : [`# yaml-language-server: $schema=${draft.schema}`],
    ["# In a sentence: what shall be true in the end.", `goal: ${scalar(draft.goal ?? "Every check under verify passes")}`],
    ["# What the agent should know: why, where to look, what was tried.", "# background: |", "#   …"],
    scopeLines(project.protect),
    judge === undefined
      ? ['# done: ["…"]   # criteria, judged one by one; they need agents.judge']
      : ["# Criteria that no command can check, judged one by one.", '# done: ["No public API changed"]'],
    project.setup === undefined ? [] : ["# Run whenever a workspace is created.", `setup: ${scalar(project.setup)}`],
    checkLines(project.checks),
    agentLines(worker, judge),
    ["budget: { turns: 30, time: 8h, turn_time: 45m }", "on_failure: { same_failure: 3, no_progress: 5, then: ask }"],
    ["# deliver: { branch: baton/my-goal, push: origin }"],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function scopeLines(protect: readonly string[]): string[] {
  if (protect.length === 0) return ['# scope: { allow: ["src/**"], protect: ["test/**"] }'];
  return [
    "# Protected paths are put back before every verification. Leave out those the goal is about.",
    "scope:",
    '  # allow: ["src/**"]',
    `  protect: [${protect.map((glob) => JSON.stringify(glob)).join(", ")}]`,
  ];
}

function checkLines(checks: DetectedProject["checks"]): string[] {
  const shown = checks.length > 0 ? checks : [{ name: "tests", run: placeholder("the command that proves the goal is") }];
  return [
    "# Run by Baton after each turn, in a clean checkout; cheap ones first.",
    "verify:",
    ...shown.map((check) => `  - { name: ${scalar(check.name)}, run: ${scalar(check.run)}, timeout: 10m }`),
  ];
}

function agentLines(worker: InstalledAgent | undefined, judge: InstalledAgent | undefined): string[] {
  const judged =
    judge === undefined ? "  # judge: { use: claude }   # codex, claude, model, command or none" : `  judge: { use: ${judge} }`;
  if (worker !== undefined) return ["agents:", `  worker: { use: ${worker} }`, judged];
  return [
    "agents:",
    "  # Neither codex nor claude was found on PATH. Install one of them, or give any command that reads a prompt on stdin.",
    "  # worker: { use: codex }",
    "  # worker: { use: claude }",
    `  worker: { use: command, run: ${scalar(placeholder("agents.worker is"))} }`,
    judged,
  ];
}

const plain = /^[A-Za-z][\w./@-]*( [\w./@-]+)*$/;
const reserved = /^(true|false|null)$/i;

/** A YAML scalar that is safe inside braces. JSON strings are YAML strings. */
function scalar(text: string): string {
  return plain.test(text) && !reserved.test(text) ? text : JSON.stringify(text);
}
