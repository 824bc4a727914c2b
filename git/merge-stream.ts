import { setTimeout as delay } from "node:timers/promises";
import { runGit } from "./git.ts";
import { mergeCommand, type MergePlace } from "./merge-attributes.ts";

export interface StreamedMerge {
  readonly clean: boolean;
  /** Tree id of the result; with conflict markers in it when it is not clean. */
  readonly tree: string;
}

/** One git process that merges pairs of commits, one after the other, in a store without a work tree. */
export interface MergeStream {
  /** Undefined when git gave no answer; a process for this pair alone tells why. */
  merge(ours: string, theirs: string): Promise<StreamedMerge | undefined>;
  close(): Promise<void>;
}

const patienceMs = 5_000;
const args = [...mergeCommand, "--stdin"];

/** Needs git 2.39; an older one gives no answers. */
export function openMergeStream(place: MergePlace): MergeStream {
  const input = createInput();
  let answer: (merge?: StreamedMerge) => void = () => undefined;
  let ended = false;
  const onStdout = createAnswerReader((merge) => answer(merge));
  const running = runGit(args, { ...place, stdin: input.chunks(), onStdout })
    .catch(() => undefined)
    .then(() => {
      ended = true;
      answer();
    });
  return {
    async merge(ours, theirs) {
      if (ended || input.closed()) return undefined;
      const late = new AbortController();
      const answered = new Promise<StreamedMerge | undefined>((resolve) => (answer = resolve));
      input.write(`${ours} ${theirs}\n`);
      // A git that keeps its answers back says them when its input ends.
      void delay(patienceMs, undefined, { signal: late.signal }).then(
        () => input.close(),
        () => undefined,
      );
      return answered.finally(() => late.abort());
    },
    async close() {
      input.close();
      await running;
    },
  };
}

type Part = "status" | "tree" | "file" | "message" | "path" | "kind" | "text";

/** Reads git's NUL-terminated answers: status, tree, conflicted files up to an empty part, messages up to an empty part. */
function createAnswerReader(onAnswer: (merge: StreamedMerge | undefined) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let expected: Part = "status";
  let clean = false;
  let paths = 0;
  const take = (token: string): Part => {
    switch (expected) {
      case "status":
        clean = token === "1";
        return "tree";
      case "tree":
        onAnswer(/^[0-9a-f]{40,64}$/.test(token) ? { clean, tree: token } : undefined);
        return "file";
      case "file":
        return token === "" ? "message" : "file";
      case "message":
        paths = Number(token);
        return token === "" ? "status" : paths === 0 ? "kind" : "path";
      case "path":
        paths -= 1;
        return paths === 0 ? "kind" : "path";
      case "kind":
        return "text";
      case "text":
        return "message";
    }
  };
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0, start)) {
      expected = take(rest.toString("latin1", start, end));
      start = end + 1;
    }
    rest = rest.subarray(start);
  };
}

function createInput() {
  const waiting: Buffer[] = [];
  let closed = false;
  let wake: () => void = () => undefined;
  return {
    write(line: string) {
      waiting.push(Buffer.from(line));
      wake();
    },
    close() {
      closed = true;
      wake();
    },
    closed: () => closed,
    async *chunks(): AsyncGenerator<Uint8Array> {
      while (true) {
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else if (closed) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
