#!/usr/bin/env node
import { answerAsPlanned } from "./planned-answer.mjs";

answerAsPlanned("review", ({ objects = [], remarks = [] }) => {
  const finding = (blocking) => (given) => ({ ...(typeof given === "string" ? { text: given } : given), blocking });
  return { approve: objects.length === 0, findings: [...objects.map(finding(true)), ...remarks.map(finding(false))] };
});
