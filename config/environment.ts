import { BatonFailure } from "../domain/failure.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's value; none as well where it is set to nothing. */
export function set(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === "" ? undefined : value;
}

/** A variable that holds a whole number; undefined where it is not set. Throws Settings naming it. */
export function wholeNumber(env: Environment, name: string, [least, most]: readonly [number, number?] = [1]): number | undefined {
  const text = set(env, name);
  if (text === undefined) return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= (most ?? Number.MAX_SAFE_INTEGER)) return value;
  const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new BatonFailure("Settings", `${name} is "${text}", not a whole number ${range}`, {
    where: name,
    next: `correct or unset ${name}, or the option that sets it`,
  });
}

/** The variables that are set, as a child process is given them. */
export function definedIn(env: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
