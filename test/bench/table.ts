export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: "ms" | "x" | "MB" | "B" | "events" | "/s" | "MB/s";
  /** Most that it should be. */
  readonly goal?: number;
}

/** Aligned lines: what, value, goal and whether it was reached. */
export function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map((row) => row.what.length));
  const lines = rows.map(({ what, value, unit, goal }) => {
    const told = `${what.padEnd(width)}  ${format(value).padStart(9)} ${unit.padEnd(6)}`;
    return goal === undefined ? told.trimEnd() : `${told}  goal <= ${goal} ${unit}  ${value <= goal ? "reached" : "MISSED"}`;
  });
  return `${lines.join("\n")}\n`;
}

function format(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
