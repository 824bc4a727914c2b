import { mapping, wholeNumber } from "./leaf-schemas.ts";

const mostParallel = 50;
const deepest = 3;
const mostOfAll = 200;

/** The goal's word on subagents that the worker itself asks for. */
export const subagentsSchema = mapping({
  parallel: wholeNumber()
    .max(mostParallel, { error: `expected a whole number of at most ${mostParallel}` })
    .default(4)
    .meta({ description: "Subagents at once.", "x-unit": "subagents" }),
  depth: wholeNumber()
    .max(deepest, { error: `expected a whole number of at most ${deepest}` })
    .default(1)
    .meta({
      description: "Levels of subagents below the goal's own worker; with 1 a subagent has none itself.",
      "x-unit": "levels",
    }),
  most: wholeNumber()
    .max(mostOfAll, { error: `expected a whole number of at most ${mostOfAll}` })
    .default(20)
    .meta({ description: "Subagents that one thread may ask for, all its turns together.", "x-unit": "subagents" }),
});
