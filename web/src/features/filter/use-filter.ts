import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** The filter in the URL (`q`), and how to change it. */
export function useFilter(): [string, (filter: string) => void] {
  const [params, setParams] = useSearchParams();
  const setFilter = useCallback(
    (filter: string) =>
      setParams((current) => {
        const next = new URLSearchParams(current);
        if (filter) next.set("q", filter);
        else next.delete("q");
        return next;
      }),
    [setParams],
  );
  return [params.get("q") ?? "", setFilter];
}
