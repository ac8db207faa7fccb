import { createContext, useContext, useMemo, type ReactNode } from "react";
import { JsonView } from "../../ui/json-view";
import { matcherOf, type Matcher, type Range } from "./matcher";
import "./highlight.css";

const HighlightContext = createContext<Matcher | null>(null);

/** Texts below are shown with what `filter` looks for marked. */
export function Highlight({ filter, children }: { filter: string; children: ReactNode }) {
  const matcher = useMemo(() => matcherOf(filter), [filter]);
  return <HighlightContext value={matcher}>{children}</HighlightContext>;
}

export function useMatcher(): Matcher | null {
  return useContext(HighlightContext);
}

/** Where the filter matches in a text; none without a filter. */
export function useMatches(text: string): Range[] {
  const matcher = useMatcher();
  return useMemo(() => matcher?.ranges(text) ?? NONE, [matcher, text]);
}

const NONE: Range[] = [];

/** A text with its matches marked. */
export function Marked({ text }: { text: string }) {
  return <>{markedPieces(text, useMatches(text))}</>;
}

/** A JSON value with its matches marked. */
export function MarkedJson({ value, label }: { value: unknown; label: string }) {
  const matcher = useMatcher();
  const mark = matcher ? (text: string) => markedPieces(text, matcher.ranges(text)) : undefined;
  return <JsonView value={value} label={label} {...(mark ? { mark } : {})} />;
}

/** The part of a text from `start` to `end`, with the given matches marked. */
export function markedPieces(text: string, ranges: Range[], start = 0, end = text.length): ReactNode {
  if (ranges.length === 0) return text.slice(start, end);
  const pieces: ReactNode[] = [];
  let at = start;
  for (const range of ranges) {
    const [from, to] = [Math.max(range.start, at), Math.min(range.end, end)];
    if (from >= to) continue;
    pieces.push(text.slice(at, from));
    pieces.push(
      <mark key={from} className="match">
        {text.slice(from, to)}
      </mark>,
    );
    at = to;
  }
  pieces.push(text.slice(at, end));
  return pieces;
}
