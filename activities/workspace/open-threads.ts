import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { BatonFailure } from "../../domain/failure.ts";
import type { RepositoryRef } from "../../domain/repository.ts";
import type { CleanCheckout } from "../../git/clean-checkout.ts";
import { withAccess } from "../../git/regain-access.ts";
import type { Spares } from "../../git/spare-trees.ts";
import { workspaceAt, type Workspace } from "../../git/workspace.ts";
import { bootId } from "./boot-id.ts";
import type { HostContext } from "../host-context.ts";
import type { Claim } from "../thread-activities.ts";
import { threadMarkers } from "../thread-markers.ts";

/** A thread whose workspace is open on this host, under one epoch. */
export interface OpenThread extends Claim {
  readonly repository: RepositoryRef;
  readonly folder: ThreadFolder;
  readonly workspace: Workspace;
  /** Newest work commit of a whole turn; the base commit before the first. */
  commit: string;
  /** Newest snapshot, partial ones included; null before the first. */
  snapshot: string | null;
  /** Checkout for the next verification or judging, when it was begun already. */
  prepared: PreparedCheckout | null;
}

/** A clean checkout that was begun before anybody asked for it; undefined when it failed. */
interface PreparedCheckout {
  readonly commit: string;
  /** `performance.now()` when it was begun. */
  readonly at: number;
  readonly checkout: Promise<CleanCheckout | undefined>;
}

/** The folders of one thread on one host. */
export interface ThreadFolder {
  readonly root: string;
  /** What travels with the thread beside the work tree: agents keep their sessions here. */
  readonly session: string;
  readonly verify: string;
  /** Bare object store of the repository, shared by its threads. */
  readonly store: string;
  /** Work trees of the repository's settled threads, for the next ones. */
  readonly spares: string;
}

export function threadFolder(hostFolder: string, thread: string, repository: string): ThreadFolder {
  const root = join(hostFolder, "threads", thread);
  return {
    root,
    session: join(root, "session"),
    verify: join(root, "verify"),
    store: join(hostFolder, "repositories", `${repository}.git`),
    spares: join(hostFolder, "spares", repository),
  };
}

export function sparesOf({ spares }: ThreadFolder): Spares {
  return { folder: spares, boot: bootId() };
}

/** The threads that are open on this host; lives as long as the host's process. */
export interface OpenThreads {
  /** Throws StaleEpoch when this process does not hold the thread under this epoch. */
  get(claim: Claim): OpenThread;
  find(claim: Claim): OpenThread | undefined;
  set(open: OpenThread): void;
  forget(claim: Claim): void;
  /** Notes the commit that a thread's work tree was brought to before the thread is here. */
  noteReady(thread: string, commit: string): void;
  /** That commit, once, when it was a moment ago and nobody has had a reason to touch the tree since. */
  takeReady(thread: string): string | undefined;
}

/** What lies around for longer may have been touched all the same. */
const readyMs = 600_000;

export function createOpenThreads(): OpenThreads {
  const open = new Map<string, OpenThread>();
  const ready = new Map<string, { readonly commit: string; readonly at: number }>();
  return {
    get({ thread, epoch }) {
      const found = open.get(thread);
      if (found?.epoch === epoch) return found;
      throw new BatonFailure("StaleEpoch", `thread ${thread} is not open here under epoch ${epoch}`);
    },
    find: ({ thread, epoch }) => {
      const found = open.get(thread);
      return found?.epoch === epoch ? found : undefined;
    },
    set(thread) {
      open.set(thread.thread, thread);
    },
    forget({ thread, epoch }) {
      const found = open.get(thread);
      if (found && found.epoch <= epoch) open.delete(thread);
    },
    noteReady(thread, commit) {
      ready.set(thread, { commit, at: performance.now() });
    },
    takeReady(thread) {
      const noted = ready.get(thread);
      ready.delete(thread);
      return noted !== undefined && performance.now() - noted.at < readyMs ? noted.commit : undefined;
    },
  };
}

export async function makeThreadFolder(folder: ThreadFolder): Promise<void> {
  await mkdir(folder.session, { recursive: true });
}

export async function removeThreadFolder({ root }: Pick<ThreadFolder, "root">): Promise<void> {
  await withAccess(root, () => rm(root, { recursive: true, force: true, maxRetries: 3 }));
}

export function workspaceOf(
  folder: ThreadFolder,
  place: { host: Pick<HostContext, "host" | "folder">; thread: string; repository: RepositoryRef },
): Workspace {
  const { host, thread, repository } = place;
  const origin = repository.origin === undefined ? {} : { origin: repository.origin };
  return workspaceAt({ store: folder.store, dir: folder.root, thread, markers: threadMarkers(host, thread), ...origin });
}
