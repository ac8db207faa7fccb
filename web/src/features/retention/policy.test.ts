import { expect, it } from "vitest";
import { draftOf, policyOf } from "./policy";

const NOTHING = { span_days: null, log_days: null, metric_days: null, score_days: null, payload_days: null, max_bytes: null };

it("an empty field keeps for ever", () => {
  expect(policyOf(draftOf(NOTHING))).toEqual({ policy: NOTHING, problems: {} });
});

it("a policy comes back as it was, to the byte", () => {
  const policy = { ...NOTHING, span_days: 90, payload_days: 7, max_bytes: 5_000_000_000 };
  expect(policyOf(draftOf(policy))).toEqual({ policy, problems: {} });
  expect(draftOf({ ...NOTHING, max_bytes: 10 * 1024 ** 3 }).max_gib).toBe("10");
});

it("what makes no sense is named by its field", () => {
  const draft = { ...draftOf(NOTHING), span_days: "0", log_days: "1.5", metric_days: "soon", score_days: "36501", max_gib: "-1" };
  expect(Object.keys(policyOf(draft).problems).sort()).toEqual(["log_days", "max_gib", "metric_days", "score_days", "span_days"]);
});
