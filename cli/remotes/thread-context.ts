import type { CommandContext } from "../context.ts";
import { withContext } from "../context.ts";
import { remotePart } from "./remote-name.ts";

/** The services that a thread's name means, and the name there: a remote's for `team:cart-7f3k`, else this machine's. */
export async function withThreadContext<T>(
  name: string,
  use: (context: CommandContext, thread: string) => Promise<T>,
): Promise<T> {
  const across = remotePart(name);
  if (across === null) return withContext((context) => use(context, name));
  const { withRemote } = await import("./open-remote.ts");
  return withRemote(across.remote, (services) => use({ current: () => services, refresh: async () => undefined }, across.rest));
}
