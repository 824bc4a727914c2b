export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly waitMs: number;
}

const running = new Set<number>();
let hooked = false;

/** Signals every member of a process group; a group that is gone is fine. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // ESRCH: nobody left. EPERM: only zombies left (macOS).
  }
}

/** Remembers a group, so that it dies with this process when that exits in order. Returns the function that forgets it. */
export function trackGroup(group: number): () => void {
  if (!hooked) {
    hooked = true;
    process.on("exit", () => {
      for (const each of running) signalGroup(each, "SIGKILL");
    });
  }
  running.add(group);
  return () => running.delete(group);
}

/** Sends the steps' signals in order until `exited` settles; ends in SIGKILL whatever the steps say. */
export async function stopGroup(group: number, steps: readonly StopStep[], exited: Promise<unknown>): Promise<void> {
  const last: StopStep = { signal: "SIGKILL", waitMs: 5000 };
  const withKill = steps.at(-1)?.signal === "SIGKILL" ? [...steps.slice(0, -1), last] : [...steps, last];
  for (const step of withKill) {
    signalGroup(group, step.signal);
    if (await settlesWithin(exited, step.waitMs)) return;
  }
}

/** Whether the promise settles (either way) within that many milliseconds. */
export async function settlesWithin(promise: Promise<unknown>, waitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), waitMs);
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
