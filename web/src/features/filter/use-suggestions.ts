import { useFieldValues } from "./use-field-values";
import type { RowKind } from "./fields";
import { completionAt, fieldInsert, valueInsert } from "./suggest";

export interface Suggestion {
  insert: string;
  label: string;
  hint: string;
}
export interface Suggestions {
  start: number;
  title: string;
  items: Suggestion[];
}

const MOST_VALUES = 8;

/** What may come next at the cursor; null when there is nothing to say. */
export function useSuggestions(source: string, cursor: number | null, rowKind: RowKind): Suggestions | null {
  const completion = cursor === null ? null : completionAt(source, cursor, rowKind);
  const values = useFieldValues(rowKind, completion?.kind === "value" ? completion.field.name : null);
  if (!completion) return null;
  if (completion.kind === "field") {
    const items = completion.fields.map((field) => ({ insert: fieldInsert(field), label: field.name, hint: field.hint }));
    return { start: completion.start, title: "Fields", items };
  }
  const wanted = completion.prefix.toLowerCase();
  const items = (values.data ?? [])
    .filter((row) => row.value.toLowerCase().includes(wanted))
    .slice(0, MOST_VALUES)
    .map((row) => ({ insert: valueInsert(row.value), label: row.value, hint: row.count.toLocaleString("en-US") }));
  return items.length > 0 ? { start: completion.start, title: completion.field.name, items } : null;
}
