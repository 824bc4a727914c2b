import { hostFolderVariable } from "../process/group-records.ts";

interface MarkedHost {
  readonly host: string;
  /** The host's own folder: several Batons on one machine may give their hosts one name. */
  readonly folder: string;
}

/** By these variables every process that works for threads on a host is found again. */
export function hostMarkers({ host, folder }: MarkedHost): Record<string, string> {
  return { BATON_HOST: host, [hostFolderVariable]: folder };
}

/** The same of one thread, git's own processes included. */
export function threadMarkers(host: MarkedHost, thread: string): Record<string, string> {
  return { ...hostMarkers(host), BATON_THREAD: thread };
}

/** Those of the named variables that an environment has. */
export function markersIn(env: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const])));
}
