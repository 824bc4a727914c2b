#!/usr/bin/env node
import { answerAsPlanned } from "./planned-answer.mjs";

answerAsPlanned("judge", ({ overall = "met", reason = "as the plan says" }, { criteria }) => ({
  overall,
  criteria: criteria.map((_, index) => ({ criterion: index + 1, status: overall, evidence: reason })),
  reason,
}));
