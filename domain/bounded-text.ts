/** Bytes of a string in UTF-8. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) bytes += characterBytes(character);
  return bytes;
}

/** At most `maxBytes` of the start of a text; says what was left out. */
export function keepStart(text: string, maxBytes: number): string {
  const all = utf8Bytes(text);
  if (all <= maxBytes) return text;
  const room = Math.max(0, maxBytes - 40);
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += characterBytes(character);
    if (used > room) break;
    end += character.length;
  }
  return `${text.slice(0, end)}\n[cut: ${all - utf8Bytes(text.slice(0, end))} more bytes]`;
}

/** At most `maxBytes` of the end of a text; says what was left out. */
export function keepEnd(text: string, maxBytes: number): string {
  const all = utf8Bytes(text);
  if (all <= maxBytes) return text;
  const kept = endOf(text, Math.max(0, maxBytes - 40));
  return `[cut: ${all - utf8Bytes(kept)} bytes before]\n${kept}`;
}

function endOf(text: string, room: number): string {
  const characters = Array.from(text.slice(-room));
  let used = 0;
  let first = characters.length;
  while (first > 0) {
    used += characterBytes(characters[first - 1] ?? "");
    if (used > room) break;
    first -= 1;
  }
  return room === 0 ? "" : characters.slice(first).join("");
}

/** One line of at most `max` characters, runs of white space as one space. */
export function oneLine(text: string, max: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= max) return line;
  return `${line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** The longest start of a text that takes at most `maxBytes` in JSON. */
export function startWithin(text: string, maxBytes: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += utf8Bytes(JSON.stringify(character)) - 2;
    if (used > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** One line that takes at most `maxBytes` in JSON. */
export function lineWithin(text: string, maxBytes: number): string {
  const line = oneLine(text, maxBytes);
  const start = startWithin(line, maxBytes);
  return start === line ? line : `${startWithin(line, maxBytes - utf8Bytes("…"))}…`;
}

function characterBytes(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
