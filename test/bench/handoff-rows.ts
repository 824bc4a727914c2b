import { createWorld } from "../support/baton-world.ts";
import { measureByHand, type Baselines } from "./handoff-baselines.ts";
import { openMoveBench, runMove, type Move, type Moved } from "./handoff-run.ts";
import type { Payload } from "./moving-agent.ts";
import { makeSampleWork } from "./sample-work.ts";
import { median } from "./statistics.ts";
import type { Row } from "./table.ts";

interface HandoffBench {
  readonly rounds: number;
  readonly say: (line: string) => void;
}

const files = 5000;
const payloads: readonly Payload[] = ["one file", "10 MB binary", "5 MB session"];
const moves: readonly Move[] = ["ahead", "last", "known", "cold"];
const preCopiedGoalMs = 250;
const coldGoalMs = 1000;
const bytesGoal = 1.2;

/** Dark time and bytes of moves between two hosts of one machine, beside the same by git, rsync and tar. */
export async function handoffRows({ rounds, say }: HandoffBench): Promise<Row[]> {
  const world = await createWorld({ BATON_HEARTBEAT_TIMEOUT_MS: "30000" });
  let close = (): void => undefined;
  try {
    const work = makeSampleWork(world.root, { files, env: world.env });
    const bench = await openMoveBench(world, work);
    close = () => bench.link.close();
    await runMove(bench, "ahead", "one file");
    const rows: Row[] = [];
    for (const payload of payloads) {
      const byHand: Baselines[] = [];
      const moved = new Map<Move, Moved[]>(moves.map((move) => [move, []]));
      for (let round = 1; round <= rounds; round += 1) {
        say(`handoff, ${payload}, round ${round} of ${rounds}`);
        byHand.push(measureByHand({ ...world, repository: work.repository }, payload));
        for (const [move, done] of moved) done.push(await runMove(bench, move, payload));
      }
      rows.push(...rowsOf(payload, byHand, moved));
    }
    return rows;
  } finally {
    await world.close();
    close();
  }
}

function rowsOf(payload: Payload, byHand: readonly Baselines[], moved: ReadonlyMap<Move, readonly Moved[]>): Row[] {
  const hand = (value: (each: Baselines) => number | undefined) => median(byHand.map((each) => value(each) ?? Number.NaN));
  const of = (move: Move, value: (each: Moved) => number) => median((moved.get(move) ?? []).map(value));
  const clone = hand(({ pushAndClone }) => pushAndClone.ms);
  const rsync = hand((each) => each.rsync?.ms);
  const row = (what: string, value: number, unit: Row["unit"]): Row => ({ what: `${payload}: ${what}`, value, unit });
  const byHandRows = [
    row("git push, clone, copy of the session", clone, "ms"),
    ...(Number.isNaN(rsync)
      ? [
          row(
            "tar to an empty folder (no rsync here)",
            hand(({ tar }) => tar.ms),
            "ms",
          ),
        ]
      : [
          row("rsync to an empty folder", rsync, "ms"),
          row(
            "rsync over the base's files",
            hand((each) => each.rsyncAgain?.ms),
            "ms",
          ),
        ]),
    row(
      "git push and clone, bytes",
      hand(({ pushAndClone }) => pushAndClone.bytes),
      "B",
    ),
    row(
      "pack of everything",
      hand(({ fullPack }) => fullPack),
      "B",
    ),
    row(
      "thin pack on top of the base",
      hand(({ thinPack }) => thinPack),
      "B",
    ),
  ];
  return [...byHandRows, ...moves.flatMap((move) => moveRows({ move, row, of, hand, clone }))];
}

const names: Record<Move, string> = {
  ahead: "copied before the last turn",
  last: "made in the last turn",
  known: "no pre-copy, host knows the repository",
  cold: "no pre-copy, new host",
};

interface MoveRows {
  readonly move: Move;
  readonly clone: number;
  readonly row: (what: string, value: number, unit: Row["unit"]) => Row;
  readonly of: (move: Move, value: (each: Moved) => number) => number;
  readonly hand: (value: (each: Baselines) => number) => number;
}

function moveRows({ move, row, of, hand, clone }: MoveRows): Row[] {
  const dark = of(move, ({ darkMs }) => darkMs);
  const waits = move === "known" || move === "cold";
  const rows = [
    { ...row(`${names[move]}: dark`, dark, "ms"), goal: waits ? coldGoalMs : preCopiedGoalMs },
    row(
      `${names[move]}: of it, opening the workspace`,
      of(move, ({ openMs }) => openMs),
      "ms",
    ),
    row(`${names[move]}: dark / push and clone`, dark / clone, "x"),
  ];
  if (!waits)
    rows.push(
      row(
        `${names[move]}: agent's end to its next start`,
        of(move, ({ awayMs }) => awayMs),
        "ms",
      ),
    );
  const packed = move === "cold" ? hand(({ fullPack }) => fullPack) : hand(({ thinPack }) => thinPack);
  const bytes = of(move, ({ copied, delta }) => (move === "last" ? delta : copied + delta));
  if (move === "ahead")
    return [
      ...rows,
      row(
        `${names[move]}: bytes while dark`,
        of(move, ({ delta }) => delta),
        "B",
      ),
    ];
  return [
    ...rows,
    row(`${names[move]}: bytes`, bytes, "B"),
    { ...row(`${names[move]}: bytes / git's pack of the same`, bytes / packed, "x"), goal: bytesGoal },
    ...(move === "last"
      ? []
      : [row(`${names[move]}: all that came from the hub / that pack`, of(move, ({ received }) => received) / packed, "x")]),
  ];
}
