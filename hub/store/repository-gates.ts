interface RepositoryGate {
  /** Lets in beside others, but never while the repository is being tidied. Gives the function that leaves. */
  enter(): Promise<() => void>;
  /** Runs `work` alone, or not at all when anybody is inside. */
  aloneIfIdle(work: () => Promise<void>): Promise<void>;
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
  let reopened: Promise<void> = Promise.resolve();
  let closed = false;
  return {
    async enter() {
      if (closed) await reopened;
      inside += 1;
      return () => {
        inside -= 1;
      };
    },
    async aloneIfIdle(work) {
      if (inside > 0 || closed) return;
      closed = true;
      const reopen = () => {
        closed = false;
      };
      // Tidying that fails is tried again after a later push.
      reopened = work().then(reopen, reopen);
      await reopened;
    },
  };
}
