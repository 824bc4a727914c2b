import { Argument } from "commander";

/** The thread a command is about. */
export function threadArgument(): Argument {
  return new Argument("<thread>", "thread id, or an unambiguous beginning of it; <remote>:<id> for one in another service");
}
