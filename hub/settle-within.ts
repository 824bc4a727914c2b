import { status } from "@grpc/grpc-js";

/** The promise's result, or a DEADLINE_EXCEEDED status after that many milliseconds. */
export async function settleWithin<Result>(promise: Promise<Result>, waitMs: number, who: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const details = `${who} was idle for ${Math.round(waitMs / 1000)} s`;
      reject(Object.assign(new Error(details), { code: status.DEADLINE_EXCEEDED, details }));
    }, waitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
