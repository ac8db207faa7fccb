/** What may be typed next, given the text before the cursor. */
import { fieldsOf, findField, type FilterField, type RowKind } from "./fields";
import { quoteValue } from "./terms";

export type Completion =
  | { kind: "field"; start: number; prefix: string; fields: FilterField[] }
  | { kind: "value"; start: number; prefix: string; field: FilterField }
  | null;

const MOST_FIELDS = 8;

export function completionAt(source: string, cursor: number, rowKind: RowKind): Completion {
  const before = source.slice(0, cursor);
  if ((before.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1 && !/:"[^"]*$/.test(before)) return null;
  const value = /([\p{L}][\p{L}\p{N}_.]*):\(?((?:[^\s()"]*|"[^"]*))$/u.exec(before);
  if (value) {
    const field = findField(rowKind, value[1] ?? "");
    const typed = value[2] ?? "";
    if (!field?.isListed || typed === "*") return null;
    return { kind: "value", start: cursor - typed.length, prefix: typed.replace(/^"/, ""), field };
  }
  const word = /(?:^|[\s(-])([\p{L}_.]*)$/u.exec(before);
  if (!word) return null;
  const prefix = word[1] ?? "";
  const fields = fieldsOf(rowKind)
    .filter((field) => field.name.startsWith(prefix.toLowerCase()))
    .slice(0, MOST_FIELDS);
  return fields.length > 0 ? { kind: "field", start: cursor - prefix.length, prefix, fields } : null;
}

/** The text after a suggestion is taken, and where the cursor goes. */
export function applyCompletion(source: string, cursor: number, start: number, insert: string): { text: string; cursor: number } {
  const text = source.slice(0, start) + insert + source.slice(cursor);
  return { text, cursor: start + insert.length };
}

export function fieldInsert(field: FilterField): string {
  if (field.name.endsWith(".")) return field.name;
  return field.isListed || !/[<>]/.test(field.hint) ? `${field.name}:` : `${field.name}>`;
}

export function valueInsert(value: string): string {
  return `${quoteValue(value)} `;
}
