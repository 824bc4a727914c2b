import { cleanText } from "./clean-text.ts";
import type { CheckResult } from "./verification.ts";

/** Normalised characters of a check's end that count; smaller than a tail, whose start moves with every digit printed. */
const comparedCharacters = 1500;

/** What differs between two runs of the same failure, in the order it is taken out. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, "<id>"],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?/g, "<time>"],
  [/\b\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?\b(?: ?[AaPp][Mm]\b)?/g, "<time>"],
  [/(?:\/private)?\/(?:tmp|var\/folders|var\/tmp|dev\/shm)\/[^\s:'"`)\]]*/g, "<temp>"],
  [/\b0x[0-9a-f]+\b/gi, "<hex>"],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b/gi, "<hex>"],
  [/\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?\s?(?:ns|µs|us|ms|sec|secs|seconds?|minutes?|mins?|m|s|h)?\b/g, "#"],
  [/\d+/g, "#"],
  [/[ \t]+/g, " "],
];

/** Identity of a failure: equal for runs that fail alike, empty when every check passed. 16 hex digits. */
export function failureSignature(checks: readonly CheckResult[]): string {
  const failing = checks.filter((check) => check.status !== "passed");
  if (failing.length === 0) return "";
  return fingerprint(failing.map((check) => [check.name, check.status, essence(check)].join("\n")).join("\n\n"));
}

/** Identity of a failure that is told in words. 16 hex digits. */
export function textSignature(text: string): string {
  return fingerprint(normalised(text));
}

function essence(check: CheckResult): string {
  return [normalised(check.reason ?? ""), ...comparedLines(check.tail ?? "")].join("\n");
}

/** Distinct lines, sorted: runners that work in parallel print the same failures in another order. */
function comparedLines(tail: string): string[] {
  const kept: string[] = [];
  let room = comparedCharacters;
  for (const line of normalised(tail)
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .toReversed()) {
    room -= line.length + 1;
    if (room < 0) break;
    kept.push(line);
  }
  return [...new Set(kept)].sort();
}

function normalised(text: string): string {
  return volatile.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), cleanText(text));
}

/** 64 bits from two FNV-1a runs; an identity, no protection. Workflow code has no crypto module. */
function fingerprint(text: string): string {
  return fnv1a(text, 0x811c9dc5) + fnv1a(text, 0x5bd1e995);
}

function fnv1a(text: string, seed: number): string {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
