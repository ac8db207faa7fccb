import { useEffect, useRef, useState } from "react";
import { followLive, type LiveState } from "../../api/live";
import type { LiveRow } from "../../api/types";

interface LiveOptions<T> {
  kind: "span" | "log";
  filter?: string;
  enabled: boolean;
  /** Most rows kept, newest first. */
  most: number;
  pick: (row: LiveRow) => T | null;
}

const FLUSH_MS = 250;

/** The newest rows of the live stream. Rows are gathered and shown a few times a second, however many arrive. */
export function useLive<T>({ kind, filter = "", enabled, most, pick }: LiveOptions<T>) {
  const [rows, setRows] = useState<T[]>([]);
  const [state, setState] = useState<LiveState>("connecting");
  const pickRef = useRef(pick);
  useEffect(() => {
    pickRef.current = pick;
  });

  useEffect(() => setRows([]), [kind, filter]);
  useEffect(() => {
    if (!enabled) return;
    let waiting: T[] = [];
    const flush = setInterval(() => {
      if (waiting.length === 0) return;
      const fresh = waiting.reverse();
      waiting = [];
      setRows((old) => [...fresh, ...old].slice(0, most));
    }, FLUSH_MS);
    const stop = followLive(filter ? { kind, filter } : { kind }, {
      onRows: (batch) => {
        const picked = batch.map((row) => pickRef.current(row)).filter((row) => row !== null);
        waiting = [...waiting, ...picked].slice(-most);
      },
      onState: setState,
    });
    return () => {
      clearInterval(flush);
      stop();
    };
  }, [kind, filter, enabled, most]);

  return { rows, state };
}
