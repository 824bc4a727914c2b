interface RepositoryGate {
  /** Lets in beside others, but never while the repository is being tidied. Gives the function that leaves. */
  enter(): Promise<() => void>;
  /** Runs `work` alone, or not at all when anybody is inside. */
  aloneIfIdle(work: () => Promise<void>): Promise<void>;
  /** Lets nobody in any more, waits until all have left, and runs `work` alone. False, without running it, when that takes too long. */
  alone(work: () => Promise<void>, waitMs: number): Promise<boolean>;
}

/** The gate of each repository, by id. */
export function createRepositoryGates(): (id: string) => RepositoryGate {
  const gates = new Map<string, RepositoryGate>();
  return (id) => {
    const gate = gates.get(id) ?? createRepositoryGate();
    gates.set(id, gate);
    return gate;
  };
}

function createRepositoryGate(): RepositoryGate {
  let inside = 0;
  /** Settles when the gate opens again; undefined while it is open. */
  let closing: Promise<void> | undefined;
  let emptied: () => void = () => undefined;
  const untilOpen = async () => {
    for (let until = closing; until !== undefined; until = closing) await until;
  };
  const closedFor = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    let open: () => void = () => undefined;
    closing = new Promise((resolve) => (open = resolve));
    try {
      return await work();
    } finally {
      closing = undefined;
      open();
    }
  };
  return {
    async enter() {
      await untilOpen();
      inside += 1;
      return () => {
        inside -= 1;
        if (inside === 0) emptied();
      };
    },
    async aloneIfIdle(work) {
      if (inside > 0 || closing !== undefined) return;
      // Tidying that fails is tried again after a later push.
      await closedFor(work).catch(() => undefined);
    },
    async alone(work, waitMs) {
      await untilOpen();
      return closedFor(async () => {
        const empty = new Promise<void>((resolve) => (emptied = resolve));
        if (inside > 0 && !(await settlesIn(empty, waitMs))) return false;
        await work();
        return true;
      });
    },
  };
}

async function settlesIn(promise: Promise<void>, waitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), waitMs)));
  return Promise.race([promise.then(() => true), late]).finally(() => clearTimeout(timer));
}
