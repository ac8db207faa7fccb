import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import { useSearchParams } from "react-router";
import { readRange, resolveRange, writeRange, type RangeSpec, type ResolvedRange } from "./range";

interface RangeState extends ResolvedRange {
  spec: RangeSpec;
  setRange: (spec: RangeSpec) => void;
  /** Moves a relative range up to now. Does nothing to a fixed one, but its data is asked for again. */
  refresh: () => void;
  /** Grows with every refresh. */
  tick: number;
}

const RangeContext = createContext<RangeState | null>(null);

export function RangeProvider({ children }: { children: ReactNode }) {
  const [params, setParams] = useSearchParams();
  const [{ tick, now }, setMoment] = useState(() => ({ tick: 0, now: Date.now() }));
  const key = ["range", "from", "to"].map((name) => params.get(name) ?? "").join("|");

  const refresh = useCallback(() => setMoment((moment) => ({ tick: moment.tick + 1, now: Date.now() })), []);
  const setRange = useCallback(
    (spec: RangeSpec) => {
      refresh();
      setParams((current) => writeRange(current, spec));
    },
    [refresh, setParams],
  );
  const value = useMemo(() => {
    const [range, from, to] = key.split("|");
    const spec = readRange(new URLSearchParams({ range: range ?? "", from: from ?? "", to: to ?? "" }));
    return { spec, ...resolveRange(spec, now), setRange, refresh, tick };
  }, [key, now, tick, setRange, refresh]);
  return <RangeContext value={value}>{children}</RangeContext>;
}

export function useTimeRange(): RangeState {
  const state = useContext(RangeContext);
  if (!state) throw new Error("useTimeRange belongs inside RangeProvider");
  return state;
}

/** The search part that keeps the chosen range on the way to another page: "" or "?range=7d". */
export function useRangeSearch(): (extra?: Record<string, string>) => string {
  const { spec } = useTimeRange();
  return useCallback(
    (extra = {}) => {
      const text = writeRange(new URLSearchParams(extra), spec).toString();
      return text ? `?${text}` : "";
    },
    [spec],
  );
}
