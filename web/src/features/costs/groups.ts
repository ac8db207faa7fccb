/** What costs are split by: names of the API, in words, and the filter that selects a group. */
import { quoteValue } from "../filter/terms";

export const COST_GROUPS = [
  { value: "model", label: "Model" },
  { value: "provider", label: "Provider" },
  { value: "user", label: "User" },
  { value: "session", label: "Session" },
  { value: "agent", label: "Agent" },
  { value: "tag", label: "Tag" },
  { value: "prompt_name", label: "Prompt" },
  { value: "prompt_version", label: "Prompt version" },
  { value: "environment", label: "Environment" },
  { value: "service", label: "Service" },
  { value: "release", label: "Release" },
  { value: "price_id", label: "Price" },
] as const;

export type CostGroup = (typeof COST_GROUPS)[number]["value"];

export function groupOf(name: string | null): CostGroup {
  return COST_GROUPS.find((group) => group.value === name)?.value ?? "model";
}

export function labelOf(group: CostGroup): string {
  return COST_GROUPS.find((one) => one.value === group)?.label ?? group;
}

/** Where the filter language calls it otherwise. A price cannot be filtered by. */
const FIELDS: Partial<Record<CostGroup, string | null>> = { prompt_name: "prompt", environment: "env", price_id: null };

/** A filter for the calls of a group; null where the language has none. */
export function filterOf(group: CostGroup, name: string | null | undefined): string | null {
  const field = FIELDS[group] === undefined ? group : FIELDS[group];
  if (field === null) return null;
  return name == null ? `-${field}:*` : `${field}:${quoteValue(name)}`;
}
