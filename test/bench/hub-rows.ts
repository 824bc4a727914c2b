import { measureHubLoad } from "./hub-load.ts";
import type { Row } from "./table.ts";

interface HubBench {
  /** Hosts that push at once. */
  readonly hosts: number;
  readonly say: (line: string) => void;
}

const memoryGoalMb = 500;

/** Checkpoints that hosts push all at once to one hub: how many, how much, and what memory that takes. */
export async function hubRows({ hosts, say }: HubBench): Promise<Row[]> {
  const loads = [
    { name: "2 kB", pushesEach: 6, bytes: 2000 },
    { name: "1 MB", pushesEach: 3, bytes: 1_000_000 },
    { name: "10 MB", pushesEach: 1, bytes: 10_000_000 },
  ];
  const rows: Row[] = [];
  for (const { name, ...load } of loads) {
    say(`${hosts} hosts push ${name} each`);
    const measured = await measureHubLoad({ clients: hosts, ...load });
    const row = (what: string, value: number, unit: Row["unit"]): Row => ({
      what: `hub, ${hosts} x ${name}: ${what}`,
      value,
      unit,
    });
    rows.push(
      row("checkpoints per second", measured.pushesPerSecond, "/s"),
      row("megabytes per second", measured.megabytesPerSecond, "MB/s"),
      row("one push, median", measured.medianMs, "ms"),
      row("one push, 95%", measured.p95Ms, "ms"),
      row("memory before", measured.idleMegabytes, "MB"),
      { ...row("memory at most", measured.peakMegabytes, "MB"), goal: memoryGoalMb },
    );
    if (measured.problems > 0) throw new Error(`the hub's store has ${measured.problems} problems after the load`);
  }
  return rows;
}
