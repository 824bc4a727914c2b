import { describe, expect, test } from "vitest";
import { bisectMerges, type BisectStep, type Probe } from "./bisect-merges.ts";

interface Played {
  readonly step: BisectStep;
  readonly probes: readonly Probe[];
}

/** Plays until something is known. */
function play(merges: number, isRed: (prefix: number, times: number) => boolean, known: readonly Probe[] = []): Played {
  const probes = [...known];
  for (let step = bisectMerges(merges, probes); ; step = bisectMerges(merges, probes)) {
    if (step.kind !== "probe") return { step, probes };
    if (probes.length > 100) throw new Error("never ends");
    const { prefix } = step;
    const times = probes.filter((probe) => probe.prefix === prefix).length;
    probes.push({ prefix, red: isRed(prefix, times) });
  }
}

const sizes = Array.from({ length: 33 }, (_, index) => index + 1);

describe("bisecting a stack of merges", () => {
  test.each(sizes)("finds each single offender among %i, in a logarithm of verifications", (merges) => {
    for (let offender = 1; offender <= merges; offender += 1) {
      const { step, probes } = play(merges, (prefix) => prefix >= offender);
      expect(step).toEqual({ kind: "offender", at: offender });
      expect(probes.length).toBeLessThanOrEqual(3 + Math.ceil(Math.log2(merges)));
    }
  });

  test.each(sizes)("a green stack of %i takes one verification", (merges) => {
    expect(play(merges, () => false)).toEqual({ step: { kind: "green" }, probes: [{ prefix: merges, red: false }] });
  });

  test("of two that only break together the later is the offender", () => {
    for (let first = 1; first < 12; first += 1)
      for (let second = first + 1; second <= 12; second += 1)
        expect(play(12, (prefix) => prefix >= first && prefix >= second).step).toEqual({ kind: "offender", at: second });
  });

  test("where later merges hide a failure and others bring it back, what is named turned green to red", () => {
    for (let pattern = 0; pattern < 2 ** 9; pattern += 1) {
      const isRed = (prefix: number) => prefix === 10 || (prefix > 0 && (pattern & (1 << (prefix - 1))) !== 0);
      const { step } = play(10, isRed);
      if (step.kind !== "offender") throw new Error(step.kind);
      expect([isRed(step.at - 1), isRed(step.at)]).toEqual([false, true]);
    }
  });

  test("every offender is found when each is dropped and the rest goes on", () => {
    for (let pattern = 0; pattern < 2 ** 8; pattern += 1) {
      let rest = Array.from({ length: 8 }, (_, index) => (pattern & (1 << index)) !== 0);
      let dropped = 0;
      for (let known: Probe[] = []; rest.length > 0; known = [{ prefix: 0, red: false }]) {
        const stack = rest;
        const { step } = play(stack.length, (prefix) => stack.slice(0, prefix).some(Boolean), known);
        if (step.kind !== "offender") break;
        expect(stack[step.at - 1]).toBe(true);
        dropped += 1;
        rest = stack.slice(step.at);
      }
      expect(dropped).toBe(Array.from(pattern.toString(2)).filter((bit) => bit === "1").length);
    }
  });

  test("a stack that is red while everything below it is green is verified once more", () => {
    for (const merges of sizes) {
      const { step, probes } = play(merges, (prefix, times) => prefix === merges && times === 0);
      expect(step).toEqual({ kind: "green" });
      expect(probes.filter(({ prefix }) => prefix === merges)).toHaveLength(2);
    }
  });

  test("what is red without any merge blames none", () => {
    for (const merges of sizes) expect(play(merges, () => true).step).toEqual({ kind: "red before" });
  });

  test("what is below is not verified again where it is known", () => {
    const { step, probes } = play(4, (prefix) => prefix >= 1, [{ prefix: 0, red: false }]);
    expect(step).toEqual({ kind: "offender", at: 1 });
    expect(probes.filter(({ prefix }) => prefix === 0)).toHaveLength(1);
  });
});
