/** The user's repository as a thread refers to it from any host. */
export interface RepositoryRef {
  /** `<name>-<8 hex>`: the same for every clone of the repository; also its folder name in hub and host. */
  readonly id: string;
  readonly name: string;
  /** Commit the thread starts from. */
  readonly base: string;
  /** Boundary commits of a shallow clone; empty otherwise. */
  readonly shallow: readonly string[];
  /** URL of the remote `origin`, without credentials. */
  readonly origin?: string;
}

/** Where the user ran `baton run`: the only place whose branches Baton may touch. */
export interface Home {
  readonly host: string;
  /** Absolute path of the repository's root on that host. */
  readonly path: string;
}
