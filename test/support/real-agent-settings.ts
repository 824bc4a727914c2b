/** Arguments that make codex use the scripted model server; its key is read from `SCRIPTED_MODEL_KEY`. */
export function codexWithModel(server: string): { model: string; args: string[] } {
  const provider = [
    'name="scripted"',
    `base_url="${server}/v1"`,
    'wire_api="responses"',
    'env_key="SCRIPTED_MODEL_KEY"',
    "request_max_retries=0",
    "stream_max_retries=0",
  ];
  return {
    model: "gpt-5.5",
    args: ["-c", "model_provider=scripted", "-c", `model_providers.scripted={${provider.join(",")}}`],
  };
}

/** Variables that make claude use the scripted model server. */
export function claudeEnvironmentFor(server: string): Record<string, string> {
  return { ANTHROPIC_BASE_URL: server, ANTHROPIC_API_KEY: "none", CLAUDE_CODE_MAX_RETRIES: "2" };
}
