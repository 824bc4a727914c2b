// Wraps the functions that points name, as they are loaded; a function that is not there any more fails the process.
let points = {};

export async function initialize(data) {
  points = data;
}

export async function load(url, context, next) {
  const loaded = await next(url, context);
  const file = Object.keys(byFile()).find((each) => url.endsWith(`/dist/${each}`));
  return file === undefined ? loaded : { ...loaded, source: wrapped(String(loaded.source), file) };
}

function wrapped(source, file) {
  let code = source;
  for (const [name, { before, after }] of Object.entries(byFile()[file])) {
    const declared = new RegExp(`^(export )?async function ${name}\\(`, "m");
    const [, exported = ""] = declared.exec(code) ?? fail(`${file} has no function ${name} to stop at`);
    code = `${code.replace(declared, `async function ${name}Itself(`)}
${exported}async function ${name}(...args) {
  await globalThis.passKillPoints?.(${JSON.stringify(before)});
  const result = await ${name}Itself(...args);
  await globalThis.passKillPoints?.(${JSON.stringify(after)});
  return result;
}`;
  }
  return code;
}

function byFile() {
  const files = {};
  for (const [point, { file, function: name, at }] of Object.entries(points)) {
    files[file] ??= {};
    files[file][name] ??= { before: [], after: [] };
    files[file][name][at].push(point);
  }
  return files;
}

function fail(why) {
  throw new Error(why);
}
