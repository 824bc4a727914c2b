import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { buildProgram } from "../cli/program.ts";

/** `docs/cli.md`: the template with the help of every command put in. */
export async function renderCliDocs(): Promise<string> {
  const template = await readFile(new URL("cli-docs-template.md", import.meta.url), "utf8");
  const program = await buildProgram([]);
  const commands = program.commands.flatMap((command) => [command, ...command.commands]);
  const sections = commands.map((command) => {
    const help = textOf((write) => command.configureOutput({ writeOut: write, getOutHasColors: () => false }).outputHelp());
    return `### ${nameOf(command)}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\`\n`;
  });
  return template.replace("{{commands}}\n", () => sections.join("\n"));
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function textOf(print: (write: (text: string) => void) => void): string {
  let text = "";
  print((part) => {
    text += part;
  });
  return text;
}
