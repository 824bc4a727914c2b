import { z } from "zod";

const mostTasks = 50;
const mostBytes = 8_000;
const mostChecks = 10;
const mostGlobs = 50;
export const longestWaitS = 600;

const name = z.string().trim().min(1).max(60).describe("What to call it, in a few words");
const prose = z.string().trim().min(1).max(mostBytes);
const globs = z.array(z.string().min(1).max(500)).max(mostGlobs);
const task = z.string().min(1).max(60).describe("Id or name of a subagent");
const seconds = z.number().int().min(0).max(longestWaitS);

/** Arguments of the tools, checked on both ends of the socket: what comes from an agent's side is not trusted. */
export const toolInputs = {
  spawn: z.object({
    tasks: z
      .array(
        z.object({
          name,
          goal: prose.describe("What shall be true in the end. The subagent knows nothing of your conversation."),
          verify: z
            .array(z.string().min(1).max(2_000))
            .max(mostChecks)
            .default([])
            .describe("Shell commands that all pass when the task is achieved. Without them the goal's judge decides."),
          scope: z
            .object({ allow: globs.optional(), protect: globs.optional() })
            .default({})
            .describe("Globs of the paths it may change, and of those it must not"),
        }),
      )
      .min(1)
      .max(mostTasks),
  }),
  list: z.object({}),
  wait: z.object({
    tasks: z.array(task).max(mostTasks).default([]).describe("Which ones; all of them when empty"),
    for: z.enum(["all", "any"]).default("all"),
    seconds: seconds.default(300).describe("Longest time to wait"),
  }),
  result: z.object({ task, diff: z.boolean().default(false).describe("Whether to give the diff, too") }),
  ask: z.object({
    question: z.string().trim().min(1).max(1_000),
    seconds: seconds.default(0).describe("How long to wait for the answer"),
  }),
} as const;

export type ToolName = keyof typeof toolInputs;
export type ToolInput<K extends ToolName> = z.output<(typeof toolInputs)[K]>;

/** What agents are told of each tool. */
export const toolDescriptions: Readonly<Record<ToolName, string>> = {
  spawn:
    "Starts a subagent for each task: an agent of its own, in a workspace of its own, from the commit at which this turn began; your uncommitted changes are not there. Returns at once. An equal task is not started twice.",
  list: "How your subagents stand.",
  wait: "Waits until all, or any, of the subagents have ended, or the time is over. Ending your turn waits as well: the next one begins when all have come back.",
  result:
    "What became of a subagent. Brings its commit into your repository, as a branch: git merge or git show it. Nothing is merged by itself.",
  ask: "Asks the person who owns the goal. Without an answer in time it comes with your next prompt; a question that is open when you end your turn holds the goal up.",
};

export function isTool(name: unknown): name is ToolName {
  return typeof name === "string" && Object.hasOwn(toolInputs, name);
}
