import type { Command } from "commander";
import type { BudgetChange } from "../domain/budget.ts";
import { parseCount, parseDuration } from "../config/goal-file/quantities.ts";
import { BatonFailure } from "../domain/failure.ts";

type Dimension = keyof BudgetChange;

interface DimensionOption {
  readonly dimension: Dimension;
  readonly flag: string;
  readonly about: string;
  readonly example: string;
  /** NaN for what is no amount. */
  readonly parse: (text: string) => number;
}

const options: readonly DimensionOption[] = [
  { dimension: "turns", flag: "turns", about: "turns of the agent", example: "40", parse: wholeNumber },
  { dimension: "timeMs", flag: "time", about: "time of turns, verification and judging", example: "2h", parse: parseDuration },
  { dimension: "wallTimeMs", flag: "wall-time", about: "time since the thread was opened", example: "1d", parse: parseDuration },
  { dimension: "tokens", flag: "tokens", about: "tokens, cached ones included", example: "1M", parse: tokenCount },
  { dimension: "usd", flag: "usd", about: "cost in US dollars", example: "5", parse: decimal },
  { dimension: "files", flag: "files", about: "files that differ from the base commit", example: "20", parse: wholeNumber },
  { dimension: "turnTimeMs", flag: "turn-time", about: "time of a single turn", example: "45m", parse: parseDuration },
];

/** Adds `--turns`, `--time`, …: a limit, or with a plus sign an amount to raise it by. */
export function addBudgetOptions(command: Command): Command {
  for (const { flag, about, example } of options) {
    command.option(`--${flag} <limit>`, `${about}: ${example} sets the limit, +${example} raises it`);
  }
  return command;
}

/** The change that parsed options ask for; empty when there are none. Throws `Usage` for what is no amount. */
export function budgetChangeOf(values: Readonly<Record<string, unknown>>): BudgetChange {
  const change: Partial<Record<Dimension, { set: number } | { add: number }>> = {};
  for (const option of options) {
    const text = values[option.flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    if (typeof text === "string") change[option.dimension] = stepOf(option, text);
  }
  return change;
}

function stepOf({ flag, example, parse }: DimensionOption, text: string): { set: number } | { add: number } {
  const raise = text.startsWith("+");
  const amount = parse(raise ? text.slice(1) : text);
  if (Number.isFinite(amount) && amount > 0) return raise ? { add: amount } : { set: amount };
  throw new BatonFailure("Usage", `"${text}" is no limit`, {
    where: `--${flag}`,
    next: `give an amount above 0, as --${flag} ${example} or --${flag} +${example}`,
  });
}

function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

function decimal(text: string): number {
  return /^\d{1,9}(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

function tokenCount(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : parseCount(text);
}
