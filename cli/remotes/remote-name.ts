/** Something at a remote, as people name it: `team:cart-7f3k`. */
export interface RemotePart {
  readonly remote: string;
  readonly rest: string;
}

/** Splits `team:rest`; null for a name without a remote. */
export function remotePart(name: string): RemotePart | null {
  const at = name.indexOf(":");
  return at <= 0 ? null : { remote: name.slice(0, at), rest: name.slice(at + 1) };
}
