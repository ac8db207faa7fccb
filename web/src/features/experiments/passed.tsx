import { Badge } from "../../ui/badge";

type Maybe = boolean | null | undefined;

const WORDS = { ok: "Passed", error: "Failed", neutral: "Not judged" } as const;

function toneOf(passed: Maybe): keyof typeof WORDS {
  if (passed == null) return "neutral";
  return passed ? "ok" : "error";
}

export function PassedDot({ passed }: { passed: Maybe }) {
  const tone = toneOf(passed);
  return <span className={`dot ${tone}`} role="img" aria-label={WORDS[tone]} title={WORDS[tone]} />;
}

export function PassedBadge({ passed }: { passed: Maybe }) {
  const tone = toneOf(passed);
  return <Badge tone={tone}>{WORDS[tone]}</Badge>;
}
