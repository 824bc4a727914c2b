import { proxyActivities } from "@temporalio/workflow";
import type { noOps } from "./raw-temporal.ts";

interface RawInput {
  readonly turns: number;
  readonly taskQueue: string;
}

/** Milliseconds per turn of two Activities in a row that do nothing. */
export async function rawTurns({ turns, taskQueue }: RawInput): Promise<number> {
  const { turn, verify } = proxyActivities<typeof noOps>({ taskQueue, startToCloseTimeout: "1 minute" });
  const startedAt = Date.now();
  for (let count = 1; count <= turns; count += 1) {
    await turn({ turn: count });
    await verify({ turn: count });
  }
  return (Date.now() - startedAt) / turns;
}
