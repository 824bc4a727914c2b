/** One row of `baton doctor`. */
export interface Finding {
  readonly what: string;
  readonly status: "ok" | "warning" | "error";
  readonly detail: string;
  /** How to mend it; null when there is nothing to mend. */
  readonly next: string | null;
}

export function fine(what: string, detail: string): Finding {
  return { what, status: "ok", detail, next: null };
}

export function bad(what: string, problem: { status: "warning" | "error"; detail: string; next: string }): Finding {
  return { what, ...problem };
}
