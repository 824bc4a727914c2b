import { isAlias, isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document, type YAMLError } from "yaml";

/** Keys and list positions from the root, as zod reports them. */
export type Path = readonly PropertyKey[];

/** A problem at a place of the goal file; line and column count from 1. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** A YAML text whose values can be found again by path. */
export interface Source {
  /** Plain values; undefined when the YAML itself is broken. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Problem at the value at `path`, or at the nearest value around it. */
  at(path: Path, text: string): Problem;
  /** Problem at the key `key` of the mapping at `path`. */
  atKey(path: Path, key: string, text: string): Problem;
}

/** Plenty for a goal; an alias bomb needs far more. */
const maxAliases = 50;

export function readSource(text: string): Source {
  const lines = new LineCounter();
  const locate = (offset: number, problem: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), text: problem };
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, logLevel: "error" });
  const found = [
    ...[...document.errors, ...document.warnings].map((error) => ({ offset: error.pos[0], text: describe(error, text) })),
    ...aliasProblems(document),
    ...shapeProblems(document),
  ];
  const problems = found.map((problem) => locate(problem.offset, problem.text));
  // A duplicate key leaves the rest readable, so its other problems can be told as well.
  const readable = problems.length === document.errors.filter((error) => error.code === "DUPLICATE_KEY").length;
  const values = readable ? valuesOf(document) : {};
  return {
    value: values.value,
    problems: values.problem === undefined ? problems : [...problems, locate(0, values.problem)],
    at: (path, problem) => locate(valueOffset(document, path), problem),
    atKey: (path, key, problem) => locate(keyOffset(document, path, key), problem),
  };
}

interface Finding {
  readonly offset: number;
  readonly text: string;
}

function describe(error: YAMLError, text: string): string {
  if (error.code === "DUPLICATE_KEY") {
    const key = /^(?:"[^"\n]*"|'[^'\n]*'|[^\s:]+)/.exec(text.slice(error.pos[0], error.pos[0] + 200))?.[0];
    return `duplicate key ${key ?? ""}`.trimEnd();
  }
  if (error.code === "MULTIPLE_DOCS") return "a second document begins here; a goal file holds one";
  if (error.message.includes("call stack")) return "is nested too deep";
  return `is not valid YAML: ${error.message}`;
}

function aliasProblems(document: Document): Finding[] {
  const findings: Finding[] = [];
  let aliases = 0;
  visit(document, {
    Alias(_key, alias) {
      aliases += 1;
      const offset = alias.range?.[0] ?? 0;
      if (alias.resolve(document) === undefined) findings.push({ offset, text: `alias *${alias.source} has no anchor` });
      if (aliases <= maxAliases) return undefined;
      findings.push({ offset, text: `has more than ${maxAliases} aliases` });
      return visit.BREAK;
    },
  });
  return findings;
}

function shapeProblems(document: Document): Finding[] {
  const { contents, errors } = document;
  if (errors.length > 0 || isMap(contents) || isAlias(contents)) return [];
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return [{ offset: 0, text: "is empty; it needs at least goal, verify and agents" }];
  }
  return [{ offset: contents.range?.[0] ?? 0, text: "expected keys with values, such as goal: …" }];
}

function valuesOf(document: Document): { value?: unknown; problem?: string } {
  try {
    return { value: document.toJS({ maxAliasCount: maxAliases }) as unknown };
  } catch (error) {
    return { problem: error instanceof ReferenceError ? "its aliases expand to too much" : "is nested too deep" };
  }
}

function valueOffset(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: Document, path: Path, key: string): number {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined;
  return isNode(pair?.key) && pair.key.range ? pair.key.range[0] : valueOffset(document, path);
}
