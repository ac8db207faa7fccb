/** What a filter looks for in texts: its words, phrases, prefixes and patterns. What must not be there is left out. */
import { topLevelTerms } from "../filter/terms";

export type TextPattern = { kind: "words"; text: string; openEnd: boolean } | { kind: "regex"; source: string };

const DEEPEST = 50;
const MOST_PATTERNS = 50;

/** An address with the filter in it, where the page it leads to can mark what the filter looks for. */
export function withSearch(href: string, filter: string): string {
  if (textPatterns(filter).length === 0) return href;
  return `${href}${href.includes("?") ? "&" : "?"}${new URLSearchParams({ q: filter }).toString()}`;
}

export function textPatterns(filter: string): TextPattern[] {
  const found: TextPattern[] = [];
  collect(filter, found, 0);
  return found.slice(0, MOST_PATTERNS);
}

function collect(source: string, found: TextPattern[], depth: number): void {
  if (depth > DEEPEST) return;
  let isNegated = false;
  for (const term of topLevelTerms(source) ?? []) {
    if (term.text === "NOT") {
      isNegated = true;
      continue;
    }
    if (!isNegated && !/^(AND|OR|&&|\|\|)$/.test(term.text)) read(term.text, term.field, found, depth);
    isNegated = false;
  }
}

function read(text: string, field: string | null, found: TextPattern[], depth: number): void {
  if (field || text === "" || (text.startsWith("-") && text.length > 1)) return;
  if (text.startsWith("(")) return collect(text.slice(1, -1), found, depth + 1);
  const quoted = /^(["'])([\s\S]*)\1$/.exec(text);
  if (quoted) return void found.push({ kind: "words", text: (quoted[2] ?? "").replace(/\\(.)/g, "$1"), openEnd: false });
  const regex = /^\/([\s\S]+)\/$/.exec(text);
  if (regex) return void found.push({ kind: "regex", source: (regex[1] ?? "").replace(/\\\//g, "/") });
  // `score."two words">0.8`: a field whose key is quoted.
  if (/^[\p{L}\p{N}]+\."/u.test(text)) return;
  const openEnd = text.length > 1 && text.endsWith("*");
  found.push({ kind: "words", text: openEnd ? text.slice(0, -1) : text, openEnd });
}
