import { hubConnectionOfRemote, remoteNamed, temporalEnvironment, type Remote } from "../../config/remotes.ts";
import { BatonFailure } from "../../domain/failure.ts";
import type { KnownHost } from "../../hub/hub.ts";
import { openServices, type OpenServices } from "../context.ts";
import { explainError } from "../threads/explain-error.ts";

const hubMs = 3_000;

/** Runs something with the services of a remote, and closes them. */
export async function withRemote<T>(name: string, use: (services: OpenServices) => Promise<T>): Promise<T> {
  const services = await openRemote(remoteNamed(process.env, name));
  try {
    return await use(services);
  } catch (error) {
    throw explainError(error);
  } finally {
    await services.close();
  }
}

/** Connects to both services of a remote. TemporalUnreachable within 3 s. */
export async function openRemote(remote: Remote): Promise<OpenServices> {
  const { address, namespace, ui } = remote.temporal;
  const temporal = { address, namespace, embedded: false, ...(ui === undefined ? {} : { ui }) };
  const endpoints = { temporal, hub: { address: remote.hub.address }, host: { id: "" } };
  const env = temporalEnvironment(remote);
  const hub = hubConnectionOfRemote(remote);
  return openServices(endpoints, { env, hub: () => hub });
}

/** The hosts that a remote's hub knows; proves that the hub lets us in. HubUnreachable or Settings within 3 s. */
export async function remoteHosts({ hub, endpoints }: OpenServices): Promise<readonly KnownHost[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const failure = new BatonFailure("HubUnreachable", `The hub does not answer within ${hubMs / 1000} s`, {
      where: endpoints.hub.address,
      next: "see whether it runs there: baton hub",
    });
    timer = setTimeout(() => reject(failure), hubMs);
  });
  try {
    return (await Promise.race([hub().then((client) => client.listHosts()), late])).hosts;
  } finally {
    clearTimeout(timer);
  }
}
