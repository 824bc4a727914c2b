import { keepEnd, keepStart, utf8Bytes } from "./bounded-text.ts";
import { runningLow } from "./budget.ts";
import { budgetLines } from "./budget-lines.ts";
import { bullets } from "./markdown.ts";
import { contractSection } from "./prompt-contract.ts";
import type { PromptInput } from "./prompt-input.ts";
import { briefSection, newsSections } from "./prompt-news.ts";

/** Bytes of a prompt; some agents take no more on their command line or standard input without trouble. */
export const promptBytes = 60_000;

/** The prompt of one turn, at most 60 kB. News comes first for an agent that was given the contract before. */
export function turnPrompt(input: PromptInput): string {
  const heading = `Turn ${input.turn} of thread ${input.thread}`;
  const contract = contractSection(input.goal);
  const news = [...newsSections(input), briefSection(input)];
  const body = input.session === "resumed" ? [...news, contract] : [contract, ...news];
  const end = [budgetSection(input), rulesSection(input)];
  return fitted([heading, introduction(input), wrapUpSection(input), ...body], end);
}

/** Sections are bounded one by one; this holds the bound when they add up to more all the same. */
function fitted(sections: readonly string[], end: readonly string[]): string {
  const last = join(end);
  const rest = join(sections);
  const room = promptBytes - utf8Bytes(last) - 2;
  if (utf8Bytes(rest) <= room) return join([rest, last]);
  const half = Math.floor(room / 2) - 2;
  return join([keepStart(rest, half), keepEnd(rest, half), last]);
}

function join(sections: readonly string[]): string {
  return sections.filter((section) => section !== "").join("\n\n");
}

function introduction(input: PromptInput): string {
  const again = input.attempt > 1 ? ` This is attempt ${input.attempt} at this turn; the one before it was cut off.` : "";
  const known = input.session === "resumed" ? " The contract has not changed; it is repeated below." : "";
  return `You work toward a goal in this directory, turn by turn. After every turn Baton checks the result itself.${again}${known}`;
}

function wrapUpSection(input: PromptInput): string {
  if (!input.wrapUp) return "";
  return [
    "## This is the wrap-up turn",
    "",
    "The budget is used up and this is the last turn unless a person raises it. Start nothing new. Leave the work tree in the",
    "best state you can reach quickly: nothing half-done, nothing broken that worked before. End with a short message: what is",
    "done, what is missing, and what you would do next.",
  ].join("\n");
}

function budgetSection({ budget, spent }: PromptInput): string {
  const lines = budgetLines(budget, spent).filter((line) => line.limit !== null);
  const low = new Set(runningLow(budget, spent));
  const limits = lines.map((line) => `${line.name}: ${line.used} of ${line.limit} used`);
  const warning = lines.filter((line) => low.has(line.dimension)).map((line) => line.name);
  const text =
    warning.length === 0 ? [] : [`More than 80 % is used of: ${warning.join(", ")}. Finish what matters most first.`, ""];
  return limits.length === 0 ? "" : `## Budget\n\n${[...text, bullets(limits)].join("\n")}`;
}

function rulesSection({ goal }: PromptInput): string {
  const rules = [
    "Leave your work in the files of this directory. You need not commit; Baton takes every file that git does not ignore.",
    "Baton runs the checks itself, in a clean checkout of your work. Files that git ignores are not there.",
    "What you say about the result is not evidence. Do not claim success; make the checks pass and the criteria true.",
    ...(goal.scope.protect.length === 0
      ? []
      : ["Do not touch the protected paths. Baton puts them back before it checks anything."]),
    "Do not weaken, skip or special-case checks and tests to make them pass.",
    "If the goal cannot be reached within the contract, say so plainly and say why.",
  ];
  return `## Rules\n\n${bullets(rules)}`;
}
