/** By these variables every process that works for a thread on a host is found again, git's own included. */
export function threadMarkers(host: string, thread: string): Record<string, string> {
  return { BATON_HOST: host, BATON_THREAD: thread };
}
