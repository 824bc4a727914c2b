import { spawn } from "node:child_process";

/**
 * Runs a command to its end and gives its exit code (a signal counts as failure) and, with `capture`, what it wrote.
 * The child is interrupted with this process. `onStart` is told its process number.
 */
export function runCommand(file, args, { cwd, env = process.env, capture = false, onStart = () => {} } = {}) {
  const child = spawn(file, args, { cwd, env, stdio: capture ? ["ignore", "pipe", "pipe"] : "inherit" });
  if (child.pid !== undefined) onStart(child.pid);
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += chunk));
  const forward = (signal) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, forward);
  return new Promise((resolve) => {
    const done = (code) => {
      for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, forward);
      resolve({ code, output });
    };
    child.on("error", (error) => {
      output += `${error.message}\n`;
      done(127);
    });
    child.on("close", (code) => done(code ?? 1));
  });
}
