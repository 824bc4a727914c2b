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
  const kept = firstBytes(text, maxBytes - 40);
  return `${kept}\n[cut: ${all - utf8Bytes(kept)} more bytes]`;
}

/** At most `maxBytes` of the end of a text; says what was left out. */
export function keepEnd(text: string, maxBytes: number): string {
  const all = utf8Bytes(text);
  if (all <= maxBytes) return text;
  const kept = lastBytes(text, maxBytes - 40);
  return `[cut: ${all - utf8Bytes(kept)} bytes before]\n${kept}`;
}

/** The longest start of a text in whole characters. */
export function firstBytes(text: string, maxBytes: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += characterBytes(character);
    if (used > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** The longest end of a text in whole characters. */
export function lastBytes(text: string, maxBytes: number): string {
  if (maxBytes <= 0) return "";
  const characters = Array.from(text.slice(-maxBytes));
  let used = 0;
  let first = characters.length;
  while (first > 0) {
    used += characterBytes(characters[first - 1] ?? "");
    if (used > maxBytes) break;
    first -= 1;
  }
  return characters.slice(first).join("");
}

/** At most `max` characters; three dots stand for the rest. */
export function firstChars(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** One line of at most `max` characters, runs of white space as one space. */
export function oneLine(text: string, max: number): string {
  return firstChars(text.replace(/\s+/g, " ").trim(), max);
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
