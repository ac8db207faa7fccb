import { expect, it } from "vitest";
import type { Debt } from "../../api/types";
import { debtShare, debtTone } from "./debt";

const debt = (level0_segments: number, level0_segments_limit = 4_096): Debt => ({
  level0_segments,
  level0_segments_limit,
  level0_bytes: 0,
  amended_spans: 0,
  pending_erasures: 0,
  segments_to_merge: 0,
});

it("warns before ingest is refused", () => {
  expect([0, 1_024, 1_025, 3_071, 3_072, 5_000].map((segments) => debtTone(debt(segments)))).toEqual([
    "ok",
    "ok",
    "warn",
    "warn",
    "error",
    "error",
  ]);
});

it("knows no share without a limit", () => {
  expect(debtShare(debt(10, 0))).toBe(0);
});
