/** How scores are written. */
import type { Score } from "../../api/types";
import type { Tone } from "../../ui/badge";

const SOURCES: Record<Score["source"], string> = { human: "reviewer", judge: "judge", code: "code", user: "user" };
const MOST_DIGITS = 4;

/** `0.8`, `good`, or both. */
export function scoreValue(score: Score): string {
  const number = score.value == null ? null : score.value.toLocaleString("en-US", { maximumSignificantDigits: MOST_DIGITS });
  return [number, score.label].filter(Boolean).join(" · ");
}

/** How a verdict looks. Other labels are anybody's. */
export function scoreTone(score: Score): Tone | null {
  if (score.label === "pass") return "ok";
  return score.label === "fail" || score.label === "error" ? "error" : null;
}

/** What the value had to reach, where whoever measured it says so. */
export function scoreThreshold(score: Score): number | null {
  const threshold = (score.metadata as Record<string, unknown> | undefined)?.threshold;
  return typeof threshold === "number" ? threshold : null;
}

/** Who said it: the author, else what kind of source it was. */
export function scoreAuthor(score: Score): string {
  return score.author ? `${score.author} (${SOURCES[score.source]})` : SOURCES[score.source];
}

export function scoreTitle(score: Score): string {
  const said = [score.name, scoreValue(score)].filter(Boolean).join(" ");
  return `${said}, by ${scoreAuthor(score)}${score.comment ? `: ${score.comment}` : ""}`;
}

/** A number where the text is one, else a label. */
export function readValue(text: string): { value: number } | { label: string } {
  const trimmed = text.trim();
  const number = Number(trimmed);
  return trimmed !== "" && Number.isFinite(number) ? { value: number } : { label: trimmed };
}
