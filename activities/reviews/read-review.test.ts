import { expect, test } from "vitest";
import { readReview } from "./read-review.ts";

const bug = { text: "rounds twice", file: "src/cart.ts", line: 12, blocking: true };
const remark = { text: "a shorter name", file: null, line: null, blocking: false };
const json = (approve: unknown, findings: unknown) => JSON.stringify({ approve, findings });

test("an approval is one when nothing it found is blocking", () => {
  const plain = { text: "a shorter name", blocking: false };
  expect(readReview(json(true, [remark]))).toEqual({ outcome: "approved", findings: [plain], reason: "" });
  expect(readReview(json(true, [remark, bug]))).toEqual({ outcome: "objected", findings: [bug, plain], reason: "" });
});

test("without approval every finding blocks when none is marked", () => {
  expect(readReview(json(false, [remark]))).toMatchObject({ outcome: "objected", findings: [{ blocking: true }] });
  expect(readReview(json(false, [remark, bug]))).toMatchObject({ findings: [{ blocking: true }, { blocking: false }] });
});

test("an answer may stand in a fence, and leave out what is not known", () => {
  const text = `Here it is:\n\`\`\`json\n${json(false, [{ text: "wrong", blocking: true }])}\n\`\`\``;
  expect(readReview(text)).toMatchObject({ outcome: "objected", findings: [{ text: "wrong", blocking: true }] });
});

test.each([
  ["prose", "Looks good to me!", "prose"],
  ["no approval", JSON.stringify({ findings: [] }), "approve"],
  ["an approval in words", json("yes", []), "approve"],
  ["a finding without text", json(false, [{ ...bug, text: " " }]), "text"],
  ["a finding that does not say whether it blocks", json(false, [{ text: "wrong" }]), "blocking"],
  ["an objection to nothing", json(false, []), "found nothing"],
])("%s is no review", (_name, answer, says) => {
  expect(readReview(answer)).toMatchObject({ invalid: expect.stringContaining(says) });
});

test("what a reviewer writes is bounded, cannot steer a terminal, and what blocks is kept", () => {
  const many = [...Array.from({ length: 50 }, () => remark), { ...bug, text: `\u001B[2J${"x".repeat(9000)}`, line: 0 }];
  const review = readReview(json(false, many));
  if ("invalid" in review) throw new Error(review.invalid);
  expect(review.findings).toHaveLength(20);
  expect(review.findings[0]).toMatchObject({ blocking: true, file: "src/cart.ts" });
  expect(review.findings[0]?.text).toMatch(/^x{1499}…$/);
  expect(review.findings[0]).not.toHaveProperty("line");
});
