import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a thread has made when it moves, besides one changed file. */
export type Payload = "one file" | "10 MB binary" | "5 MB session";

/** An agent of three turns: it makes the payload in turn 1 or 2, changes one file in each, and is done in turn 3. */
export interface MovingAgent {
  readonly bin: string;
  readonly env: readonly string[];
  /** Whether turn 2 has begun; it waits for `letGo` before it makes anything. */
  readonly inTurnTwo: () => boolean;
  letGo(): void;
  /** Milliseconds from the agent's end in turn 2 to its start in turn 3. */
  awayMs(): number;
}

const makePayload = `
case "$PAYLOAD" in
  "10 MB binary") head -c 10000000 /dev/urandom > new.bin ;;
  "5 MB session") head -c 3700000 /dev/urandom | base64 > "$BATON_SESSION_DIR/session.jsonl" ;;
esac
`;

const script = `#!/bin/sh
echo "$BATON_TURN start $(date +%s%3N)" >> "$FOLDER/journal"
if [ "$BATON_TURN" = 2 ]; then
  : > "$FOLDER/reached"
  while [ ! -e "$FOLDER/go" ]; do sleep 0.05; done
fi
if [ "$BATON_TURN" = "$PAYLOAD_TURN" ]; then
  ${makePayload}
fi
echo "turn $BATON_TURN" > part-0/file-0.txt
echo '{"turn": '"$BATON_TURN"'}' >> "$BATON_SESSION_DIR/session.jsonl"
[ "$BATON_TURN" -lt 3 ] || : > done
echo "$BATON_TURN end $(date +%s%3N)" >> "$FOLDER/journal"
exit 0
`;

export function movingAgent(folder: string, { payload, turn }: { payload: Payload; turn: 1 | 2 }): MovingAgent {
  mkdirSync(folder, { recursive: true });
  const bin = join(folder, "agent.sh");
  writeFileSync(bin, script);
  chmodSync(bin, 0o755);
  const at = (line: string) => {
    const found = new RegExp(`^${line} (\\d+)$`, "m").exec(readFileSync(join(folder, "journal"), "utf8"))?.[1];
    return Number(found ?? Number.NaN);
  };
  return {
    bin,
    env: [`FOLDER=${folder}`, `PAYLOAD=${payload}`, `PAYLOAD_TURN=${turn}`],
    inTurnTwo: () => existsSync(join(folder, "reached")),
    letGo: () => writeFileSync(join(folder, "go"), ""),
    awayMs: () => at("3 start") - at("2 end"),
  };
}

/** Makes the same by hand, for the tools that Baton is compared with. */
export const payloadCommand = `${makePayload}\necho "turn 2" > part-0/file-0.txt`;
