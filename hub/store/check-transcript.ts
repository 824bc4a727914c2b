import { createReadStream } from "node:fs";
import { hubLimits } from "../limits.ts";

/** What is wrong with a file of lines; undefined when it is whole. */
export async function transcriptProblem(path: string): Promise<string | undefined> {
  let [lineBytes, line] = [0, 1];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    // A power cut leaves zeros where a file had grown but its content had not arrived.
    if (chunk.includes(0)) return `line ${line} or later has zero bytes in it`;
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      lineBytes += end - from;
      if (lineBytes > hubLimits.lineBytes) return `line ${line} is longer than 64 KiB`;
      [lineBytes, line, from] = [0, line + 1, end + 1];
    }
    lineBytes += chunk.length - from;
  }
  return lineBytes === 0 ? undefined : `line ${line} is cut short`;
}
