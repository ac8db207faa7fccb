import { formatPercent } from "../../ui/format";
import "./experiments.css";

interface PassRateProps {
  passed: number;
  failed: number;
  /** All results, judged or not. */
  results?: number;
  rate: number | null | undefined;
}

/** The share that passed, and a bar of passed, failed and not judged. */
export function PassRate({ passed, failed, results, rate }: PassRateProps) {
  const all = Math.max(results ?? 0, passed + failed, 1);
  return (
    <span className="pass-rate" title={`${passed} passed, ${failed} failed, ${all - passed - failed} not judged`}>
      <span className={rate == null ? "muted num" : "num"}>{formatPercent(rate)}</span>
      <span className="pass-bar" aria-hidden="true">
        <i className="passed" style={{ width: `${(passed / all) * 100}%` }} />
        <i className="failed" style={{ width: `${(failed / all) * 100}%` }} />
      </span>
    </span>
  );
}
