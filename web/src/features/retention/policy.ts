/** A retention policy as it is typed, and as the server takes it. */
import type { RetentionPolicy } from "../../api/types";

const MAX_DAYS = 36_500;
const GIB = 1024 ** 3;
const MIN_BYTES = 1024 ** 2;

export const DAY_FIELDS = [
  { field: "span_days", label: "Spans" },
  { field: "log_days", label: "Log records" },
  { field: "metric_days", label: "Metric points" },
  { field: "score_days", label: "Scores" },
  { field: "payload_days", label: "Texts of spans and logs" },
] as const;

export type DayField = (typeof DAY_FIELDS)[number]["field"];
/** Days per kind, and the cap in GiB. Empty: for ever, no cap. */
export type PolicyDraft = Record<DayField | "max_gib", string>;
export type PolicyProblems = Partial<Record<DayField | "max_gib", string>>;

export function draftOf(policy: RetentionPolicy): PolicyDraft {
  const days = Object.fromEntries(DAY_FIELDS.map(({ field }) => [field, policy[field] == null ? "" : String(policy[field])]));
  return { ...(days as Record<DayField, string>), max_gib: policy.max_bytes == null ? "" : String(policy.max_bytes / GIB) };
}

/** The policy, or what is wrong with which field. */
export function policyOf(draft: PolicyDraft): { policy: RetentionPolicy; problems: PolicyProblems } {
  const policy: RetentionPolicy = {};
  const problems: PolicyProblems = {};
  for (const { field } of DAY_FIELDS) {
    const days = numberOf(draft[field]);
    if (days !== null && !(Number.isInteger(days) && days >= 1 && days <= MAX_DAYS)) problems[field] = `1 to ${MAX_DAYS} whole days`;
    policy[field] = days;
  }
  const gib = numberOf(draft.max_gib);
  const bytes = gib === null ? null : Math.round(gib * GIB);
  if (bytes !== null && !(bytes >= MIN_BYTES && Number.isSafeInteger(bytes))) problems.max_gib = "at least 0.001 GiB";
  policy.max_bytes = bytes;
  return { policy, problems };
}

function numberOf(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}
