import { runProcess } from "../process/run-process.ts";

/** Does something with a folder that an agent or a check may have taken the permissions from; gives them back when it has. */
export async function withAccess<T>(root: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!/permission denied|EACCES/i.test(String(error))) throw error;
    await regainAccess(root);
    return await action();
  }
}

/** Lets the owner read, write and enter everything below a folder; follows no links. */
export async function regainAccess(root: string): Promise<void> {
  const command = { file: "chmod", args: ["-R", "u+rwX", "--", root] };
  await runProcess({ command, cwd: "/", env: { PATH: process.env["PATH"] ?? "" }, timeoutMs: 60_000 });
}
