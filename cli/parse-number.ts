import { InvalidArgumentError } from "commander";

/** Parser of an option that takes a whole number from 0 on; anything else is a usage error. */
export function parseWholeNumber(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError(`${option} takes a whole number.`);
    return value;
  };
}
