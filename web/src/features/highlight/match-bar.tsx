import { ChevronDown, ChevronUp } from "lucide-react";
import { useCallback, useEffect, useState, type RefObject } from "react";
import { Button } from "../../ui/button";
import { useMatcher } from "./highlight";

/** Walks through the matches inside `scope`, by its buttons or with `n` and `N`. */
export function MatchBar({ scope, version }: { scope: RefObject<HTMLElement | null>; version: unknown }) {
  const matcher = useMatcher();
  const [count, setCount] = useState(0);
  const [current, setCurrent] = useState(-1);

  useEffect(() => {
    setCurrent(-1);
    setCount(matchesIn(scope.current).length);
  }, [scope, version, matcher]);

  const go = useCallback(
    (step: 1 | -1) => {
      // Read anew: texts are folded and unfolded, and tabs change.
      const matches = matchesIn(scope.current);
      setCount(matches.length);
      if (matches.length === 0) return;
      const before = matches.findIndex((match) => match.classList.contains("current"));
      const next = before < 0 && step < 0 ? matches.length - 1 : (before + step + matches.length) % matches.length;
      matches[before]?.classList.remove("current");
      const match = matches[next];
      match?.closest("details")?.setAttribute("open", "");
      match?.classList.add("current");
      match?.scrollIntoView({ block: "center" });
      setCurrent(next);
    },
    [scope],
  );

  useEffect(() => {
    if (!matcher) return;
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      if (event.key === "n") go(1);
      else if (event.key === "N") go(-1);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [matcher, go]);

  if (!matcher) return null;
  return (
    <div className="match-bar" role="group" aria-label="Matches of the filter">
      <span className="num" role="status">
        {count === 0
          ? "No match in this tab"
          : current < 0
            ? `${count} ${count === 1 ? "match" : "matches"}`
            : `${current + 1} of ${count}`}
      </span>
      <span className="grow" />
      <Button variant="ghost" small icon aria-label="Previous match (N)" disabled={count === 0} onClick={() => go(-1)}>
        <ChevronUp size={14} />
      </Button>
      <Button variant="ghost" small icon aria-label="Next match (n)" disabled={count === 0} onClick={() => go(1)}>
        <ChevronDown size={14} />
      </Button>
    </div>
  );
}

function matchesIn(scope: HTMLElement | null): HTMLElement[] {
  return Array.from(scope?.querySelectorAll<HTMLElement>("mark.match") ?? []);
}
