import { CommanderError } from "commander";
import { BatonFailure, failureRules } from "../domain/failure.ts";
import { paintFor } from "./output.ts";

/** Tells a failure on stderr and gives the exit code: three lines for what Baton expects, a stack for a bug. */
export function reportFailure(thrown: unknown, json: boolean): number {
  const error = folderGone(thrown) ?? thrown;
  if (error instanceof CommanderError) return reportUsage(error, json);
  if (error instanceof BatonFailure) {
    process.stderr.write(json ? jsonFailure(error) : failureText(error));
    return failureRules[error.type].exitCode;
  }
  process.stderr.write(json ? jsonBug(error) : bugText(error));
  return 1;
}

/** What the system says when the folder that the command was started in has been removed. */
function folderGone(error: unknown): BatonFailure | undefined {
  const { code, syscall } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (code !== "ENOENT" || syscall !== "uv_cwd") return undefined;
  return new BatonFailure("Usage", "the current folder does not exist any more", { next: "change to another folder" });
}

/** Commander has written its message already, unless the output is JSON. */
function reportUsage(error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return 0;
  const message = error.message.replace(/^error: /, "");
  if (json) process.stderr.write(jsonFailure(new BatonFailure("Usage", message, { next: "baton --help" })));
  return failureRules.Usage.exitCode;
}

function failureText(failure: BatonFailure): string {
  const paint = paintFor(process.stderr);
  const lines = [
    `${paint("bad", "error:")} ${failure.message}`,
    ...(failure.where === undefined ? [] : [`  at ${failure.where}`]),
    ...(failure.next === undefined ? [] : [`  next: ${failure.next}`]),
  ];
  return `${lines.join("\n")}\n`;
}

function jsonFailure({ type, message, where, next }: BatonFailure): string {
  return `${JSON.stringify({ error: { type, message, where: where ?? null, next: next ?? null } })}\n`;
}

function jsonBug(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const where = error instanceof Error ? (error.stack ?? null) : null;
  return `${JSON.stringify({ error: { type: "Bug", message, where, next: "report it with this text" } })}\n`;
}

function bugText(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? `\ncaused by: ${error.cause.stack}` : "";
  return `This is a bug in Baton; please report it with the text below.\n${text}${cause}\n`;
}
