import type { Paint } from "../output.ts";

/** Puts the local time of day before the first line and room before the others. */
export function stampLines(at: Date, lines: readonly string[], paint: Paint): readonly string[] {
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
  return lines.map((line, index) => `${index === 0 ? paint("dim", clock) : " ".repeat(clock.length)}  ${line}`);
}
