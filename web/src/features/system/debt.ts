/** How near compaction's debt is to where ingest is refused. */
import type { Debt } from "../../api/types";

/** From here on `/health` says degraded. */
const NEAR = 0.75;
const NOTABLE = 0.25;

export function debtShare(debt: Debt): number {
  return debt.level0_segments_limit > 0 ? debt.level0_segments / debt.level0_segments_limit : 0;
}

export function debtTone(debt: Debt): "ok" | "warn" | "error" {
  const share = debtShare(debt);
  return share >= NEAR ? "error" : share > NOTABLE ? "warn" : "ok";
}
