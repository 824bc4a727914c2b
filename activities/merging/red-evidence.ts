import { lastBytes } from "../../domain/bounded-text.ts";
import type { Verification } from "../../domain/verification.ts";

const evidenceBytes = 6_000;
const textLength = 300;

/** Which checks failed, in one line. */
export function redText({ failed }: Verification): string {
  return `fails ${failed.join(", ")}`.replaceAll(/\s+/g, " ").slice(0, textLength);
}

/** The ends of the failed checks' outputs; at most 6 kB. */
export function redEvidence({ checks }: Verification): string {
  const failed = checks.filter(({ status }) => status !== "passed");
  const each = Math.floor(evidenceBytes / Math.max(1, failed.length)) - 2;
  return failed
    .map(({ name, status, reason, tail = "" }) => {
      const head = `${name}: ${reason ?? status}`;
      return lastBytes(tail === "" ? head : `${head}\n${lastBytes(tail, each - Buffer.byteLength(head) - 1)}`, each);
    })
    .join("\n\n");
}
