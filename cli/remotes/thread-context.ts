import { BatonFailure } from "../../domain/failure.ts";
import type { CommandContext } from "../context.ts";
import { withContext } from "../context.ts";
import { remotePart, type RemotePart } from "./remote-name.ts";

/** The services that a thread's name means, and the name there: a remote's for `team:cart-7f3k`, else this machine's. */
export async function withThreadContext<T>(
  name: string,
  use: (context: CommandContext, thread: string) => Promise<T>,
): Promise<T> {
  const across = remotePart(name);
  if (across === null) return withContext((context) => use(context, name));
  const { withRemote } = await import("./open-remote.ts");
  try {
    return await withRemote(across.remote, (services) =>
      use({ current: () => services, refresh: async () => undefined }, across.rest),
    );
  } catch (error) {
    throw seenFromHere(error, across);
  }
}

/** What to do next is done from here, where the thread's name has the remote in front. */
function seenFromHere(error: unknown, { remote, rest }: RemotePart): unknown {
  if (!(error instanceof BatonFailure) || error.next === undefined || !/^[a-z0-9-]+$/.test(rest)) return error;
  const { type, message, where, cause } = error;
  const next = error.next.replaceAll(new RegExp(`(?<=baton [a-z][a-z -]* )${rest}`, "g"), `${remote}:${rest}`);
  return new BatonFailure(type, message, { ...(where === undefined ? {} : { where }), next, cause });
}
