export interface DiffCollector {
  /** False once nothing more will be taken. */
  push(chunk: Buffer): boolean;
  /** `shown` counts the files that are in the text, cut ones included. */
  finish(): { text: string; shown: number; truncated: boolean };
}

const header = Buffer.from("diff --git ");

interface State {
  readonly fileBytes: number;
  readonly totalBytes: number;
  readonly kept: string[];
  total: number;
  /** Bytes of the current file that were kept, and that were not. */
  inFile: number;
  cut: number;
  shown: number;
  truncated: boolean;
  full: boolean;
}

/** Collects a unified diff as it streams in, cut per file and in total. */
export function createDiffCollector(fileBytes: number, totalBytes: number): DiffCollector {
  const state: State = { fileBytes, totalBytes, kept: [], total: 0, inFile: 0, cut: 0, shown: 0, truncated: false, full: false };
  let line = Buffer.alloc(0);
  return {
    push(chunk) {
      line = Buffer.concat([line, chunk]);
      let start = 0;
      for (let end = line.indexOf(10); end !== -1; end = line.indexOf(10, start)) {
        takeLine(state, line.subarray(start, end + 1));
        start = end + 1;
      }
      line = line.subarray(start);
      if (line.length > fileBytes) {
        // A line longer than any file's share is counted and never shown.
        leaveOut(state, line.length);
        line = Buffer.alloc(0);
      }
      return !state.full;
    },
    finish() {
      if (line.length > 0) takeLine(state, line);
      closeFile(state);
      return { text: state.kept.join(""), shown: state.shown, truncated: state.truncated };
    },
  };
}

function takeLine(state: State, line: Buffer): void {
  // No line of a file's content can start like this: each has a mark in front.
  if (line.subarray(0, header.length).equals(header)) startFile(state);
  if (state.full) return;
  if (state.cut > 0) return leaveOut(state, line.length);
  // What is not UTF-8 grows when it becomes a text.
  const text = line.toString();
  const bytes = Buffer.byteLength(text);
  if (state.inFile + bytes > state.fileBytes || state.total + bytes > state.totalBytes) return leaveOut(state, bytes);
  state.inFile += bytes;
  keep(state, text);
}

function startFile(state: State): void {
  closeFile(state);
  if (state.total >= state.totalBytes) {
    state.full = true;
    state.truncated = true;
  } else state.shown += state.full ? 0 : 1;
}

function leaveOut(state: State, bytes: number): void {
  const exhausted = state.cut === 0 && state.inFile + bytes <= state.fileBytes;
  state.truncated = true;
  state.cut += bytes;
  if (exhausted) state.total = state.totalBytes;
}

function closeFile(state: State): void {
  if (state.cut > 0) keep(state, `[${state.cut} more bytes of this file's diff are not shown]\n`);
  state.cut = 0;
  state.inFile = 0;
}

function keep(state: State, text: string): void {
  state.kept.push(text);
  state.total += Buffer.byteLength(text);
}
