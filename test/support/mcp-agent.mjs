#!/usr/bin/env node
// An agent that follows the PLAN in its goal and is a client of the MCP server that Baton gives it. Every answer is a line of the log.
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const { BATON_MCP: command, BATON_TURN: turn, BATON_ATTEMPT: attempt, BATON_THREAD: thread } = process.env;
const [log] = process.argv.slice(2);
const prompt = readFileSync(0, "utf8");
const plan = JSON.parse(/^### Goal\n\nPLAN:(.*)$/m.exec(prompt)[1]);
const tell = (line) => appendFileSync(log, `${JSON.stringify({ thread, turn, attempt, ...line })}\n`);

const client = command === undefined ? null : await connected();
tell({ prompt, tools: client && (await client.listTools()).tools });
for (const step of plan[`${turn}.${attempt}`] ?? plan[turn] ?? []) {
  if (step.sh !== undefined) runShell(step.sh);
  else tell({ step, answer: await callTool(step) });
}
await client?.close();

function runShell(line) {
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", line], { encoding: "utf8" });
  tell({ step: line, status, output: `${stdout}${stderr}` });
  if (status !== 0) process.exit(status ?? 1);
}

async function connected() {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(new StdioClientTransport({ command: "/bin/sh", args: ["-c", command], env: process.env }));
  return client;
}

async function callTool({ tool, input }) {
  const { content, isError } = await client.callTool({ name: tool, arguments: input ?? {} }, undefined, { timeout: 100_000 });
  const [{ text }] = content;
  return isError ? { refused: text } : JSON.parse(text);
}
