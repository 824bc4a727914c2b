import type { Setup } from "../../domain/setup.ts";
import { recordSetup, treeAt } from "../../git/clean-checkout.ts";
import type { HostContext } from "../host-context.ts";
import type { OpenThread } from "./open-threads.ts";
import { takeCheckout } from "./prepared-checkout.ts";
import { runSetup } from "./run-setup.ts";
import { threadMarkers } from "../thread-markers.ts";
import type { TranscriptWriter } from "../transcript-writer.ts";

interface CheckoutRequest extends Setup {
  readonly commit: string;
  readonly turn: number;
  /** The goal's `env` items, for `setup`. */
  readonly env: readonly string[];
  readonly transcript: TranscriptWriter;
}

/** A clean checkout of a commit in which the goal's commands can run: `setup` is done. Throws SetupFailed. */
export async function readyCheckout(host: HostContext, open: OpenThread, request: CheckoutRequest): Promise<string> {
  const { commit, turn, setup, setupCache, env, transcript } = request;
  const { root, setupNeeded } = await takeCheckout(host, open, commit);
  if (setup === undefined || setupNeeded === undefined) return root;
  const { thread, epoch, folder } = open;
  const doneFile = `${folder.verify}/setup.done`;
  const checkout = { store: folder.store, dir: folder.verify, commit, markers: threadMarkers(host, thread) };
  const cache = setupCache === true ? { cache: { tree: treeAt(checkout), repository: open.repository, commit } } : {};
  await runSetup(host, { thread, epoch, turn, setup, items: env, cwd: root, doneFile, transcript, again: true, ...cache });
  await recordSetup(checkout);
  return root;
}
