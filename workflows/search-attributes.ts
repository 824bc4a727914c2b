import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common";

/** What Temporal can list threads by; registered when Baton first connects to a namespace. */
export const searchAttributes = {
  status: defineSearchAttributeKey("BatonStatus", SearchAttributeType.KEYWORD),
  repository: defineSearchAttributeKey("BatonRepo", SearchAttributeType.KEYWORD),
  agent: defineSearchAttributeKey("BatonAgent", SearchAttributeType.KEYWORD),
  host: defineSearchAttributeKey("BatonHost", SearchAttributeType.KEYWORD),
  owner: defineSearchAttributeKey("BatonOwner", SearchAttributeType.KEYWORD),
  turn: defineSearchAttributeKey("BatonTurn", SearchAttributeType.INT),
  /** Of a subagent: id of the thread at the top of its tree. */
  root: defineSearchAttributeKey("BatonRoot", SearchAttributeType.KEYWORD),
  cost: defineSearchAttributeKey("BatonCostUsd", SearchAttributeType.DOUBLE),
};
