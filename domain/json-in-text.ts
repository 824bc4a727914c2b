/** Characters looked at before giving up; unclosed brackets would otherwise cost quadratic time. */
const scanLimit = 16 * 1024 * 1024;

/** The last complete JSON value in a program's output: the whole of it, or the last one that starts a line. */
export function lastJsonValue(text: string): unknown {
  const whole = parsed(text);
  if (whole !== undefined) return whole;
  const starts = /^[[{]/gm;
  let last: unknown;
  let scanned = 0;
  for (let start = starts.exec(text); start !== null && scanned < scanLimit; start = starts.exec(text)) {
    const end = closingBracket(text, start.index);
    scanned += (end ?? text.length) - start.index;
    const value = end === null ? undefined : parsed(text.slice(start.index, end));
    if (value === undefined || end === null) continue;
    last = value;
    starts.lastIndex = end;
  }
  return last;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Index behind the bracket that closes the one at `start`; null when the text ends before. */
function closingBracket(text: string, start: number): number | null {
  let depth = 0;
  let quoted = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (quoted) {
      if (character === "\\") index += 1;
      else if (character === '"' || character === "\n") quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return null;
}

/** Follows a dotted path with `[n]` indexes and `["quoted.key"]`s; a leading `$` is the value itself. */
export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const [, key, index, quoted] of path.replace(/^\$/, "").matchAll(/([^.[\]]+)|\[(\d+)\]|\["([^"]*)"\]/g)) {
    if (typeof value !== "object" || value === null) return undefined;
    const name = key ?? index ?? quoted ?? "";
    if (!Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
