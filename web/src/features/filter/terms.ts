/** Reads and edits the text of a filter where that can be done safely: its top-level terms. */

export interface Term {
  start: number;
  end: number;
  text: string;
  field: string | null;
  operator: string | null;
  value: string;
  negated: boolean;
}

/** The terms outside all parentheses, or null when the text is not well formed (an open quotation, say). */
export function topLevelTerms(source: string): Term[] | null {
  const terms: Term[] = [];
  let at = 0;
  while (at < source.length) {
    if (/\s/.test(source.charAt(at))) {
      at += 1;
      continue;
    }
    const end = endOfTerm(source, at);
    if (end === null) return null;
    terms.push(readTerm(source, at, end));
    at = end;
  }
  return terms;
}

/** Where the term that starts at `start` ends: at white space outside quotations, patterns and parentheses. */
function endOfTerm(source: string, start: number): number | null {
  let depth = 0;
  let quote = source.charAt(start) === "/" ? "/" : "";
  for (let at = quote ? start + 1 : start; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (quote) {
      if (character === "\\") at += 1;
      else if (character === quote) quote = "";
    } else if (character === '"' || (character === "'" && /^$|[\s:(<>=-]/.test(source.charAt(at - 1)))) {
      quote = character;
    } else if (character === "(") {
      depth += 1;
    } else if (character === ")") {
      depth -= 1;
      if (depth < 0) return null;
    } else if (/\s/.test(character) && depth === 0) {
      return at;
    }
  }
  return quote || depth > 0 ? null : source.length;
}

function readTerm(source: string, start: number, end: number): Term {
  const text = source.slice(start, end);
  const match = /^(-?)([\p{L}][\p{L}\p{N}_.-]*)(:|>=|<=|>|<)([\s\S]*)$/u.exec(text);
  return {
    start,
    end,
    text,
    negated: text.startsWith("-"),
    field: match?.[2] ?? null,
    operator: match?.[3] ?? null,
    value: match?.[4] ?? text,
  };
}

/** The values that a filter requires of a field: `model:a` gives [a], `model:(a OR b)` gives [a, b]. */
export function fieldValues(source: string, field: string): string[] {
  const term = topLevelTerms(source)?.find((candidate) => candidate.field === field && candidate.operator === ":" && !candidate.negated);
  if (!term) return [];
  if (!term.value.startsWith("(")) return [unquote(term.value)];
  const inner = topLevelTerms(term.value.slice(1, -1)) ?? [];
  return inner.filter((word) => word.text !== "OR").map((word) => unquote(word.text));
}

/** Replaces what the filter requires of `field`; no values removes the requirement. */
export function setFieldValues(source: string, field: string, values: string[]): string {
  const terms = topLevelTerms(source);
  const hasOr = terms?.some((term) => term.text === "OR" || term.text === "||") ?? false;
  let rest = source.trim();
  if (terms && !hasOr) {
    rest = terms
      .filter((term) => !(term.field === field && term.operator === ":" && !term.negated))
      .map((term) => term.text)
      .join(" ");
  }
  if (values.length === 0) return rest;
  const quoted = values.map(quoteValue);
  const term = `${field}:${quoted.length === 1 ? quoted[0] : `(${quoted.join(" OR ")})`}`;
  if (hasOr) return `(${rest}) ${term}`;
  return rest ? `${rest} ${term}` : term;
}

/** A value as it must be written after `field:`. */
export function quoteValue(value: string): string {
  const isPlain = value !== "" && !/[\s()"'\\*]/.test(value) && !/^(AND|OR|NOT|&&|\|\|)$/.test(value) && !/^[-/]/.test(value);
  return isPlain ? value : `"${value.replace(/[\\"]/g, "\\$&")}"`;
}

function unquote(text: string): string {
  const match = /^(["'])([\s\S]*)\1$/.exec(text);
  return match ? (match[2] ?? "").replace(/\\(.)/g, "$1") : text;
}

/** Joins filters so that each must hold. */
export function allOf(...filters: (string | null | undefined)[]): string {
  const given = filters.map((filter) => filter?.trim() ?? "").filter(Boolean);
  if (given.length < 2) return given[0] ?? "";
  return given.map((filter) => (/(^|\s)(OR|\|\|)(\s|$)/.test(filter) ? `(${filter})` : filter)).join(" ");
}

/** The index in a string of a byte offset in its UTF-8 form. */
export function indexOfByte(source: string, byte: number): number {
  const encoder = new TextEncoder();
  let seen = 0;
  let index = 0;
  for (const character of source) {
    if (seen >= byte) break;
    seen += encoder.encode(character).length;
    index += character.length;
  }
  return index;
}
