/**
 * Finds the matches of a filter's words and patterns in a text, by the rules of docs/filter-language.md.
 *
 * The server's patterns take linear time, those of a browser do not: a pattern that could take long is not highlighted, and the work on one
 * text is bounded. Highlighting is an aid; what matches is decided by the server.
 */
import { textPatterns, type TextPattern } from "./patterns";

export interface Range {
  start: number;
  end: number;
}

export interface Matcher {
  /** Matches in the order of the text, without overlaps; at most `MOST_MATCHES`. */
  ranges: (text: string) => Range[];
}

export const MOST_MATCHES = 200;
const LONGEST_TEXT = 300_000;
const LONGEST_PATTERN = 1_000;
/** For patterns with 0, 1, 2 and 3 quantifiers: the longest run of text one attempt may look at. Time grows with a power of it. */
const LONGEST_RUN = [200_000, 5_000, 500, 150];
const MOST_ALTERNATIVES = 10;
const BUDGET_MS = 30;

const WORD = "[\\p{L}\\p{N}_]";
/** Scripts written without spaces: there every character is a word. As in the server. */
const UNSPACED =
  "\\u{0E00}-\\u{0EFF}\\u{1000}-\\u{109F}\\u{1780}-\\u{17FF}\\u{3040}-\\u{30FF}\\u{3400}-\\u{4DBF}\\u{4E00}-\\u{9FFF}\\u{AC00}-\\u{D7AF}\\u{F900}-\\u{FAFF}\\u{20000}-\\u{3FFFF}";

interface Search {
  regex: RegExp;
  /** Longer texts are looked at in runs of so many characters. */
  run: number;
}

/** `null` when the filter looks for no text. */
export function matcherOf(filter: string): Matcher | null {
  const searches = textPatterns(filter)
    .map(searchOf)
    .filter((search) => search !== null);
  if (searches.length === 0) return null;
  return { ranges: (text) => merged(searches.flatMap((search) => find(search, text))) };
}

function searchOf(pattern: TextPattern): Search | null {
  try {
    if (pattern.kind === "words") return { regex: new RegExp(wordsSource(pattern.text, pattern.openEnd), "giu"), run: LONGEST_TEXT };
    const run = longestRun(pattern.source);
    return run === null ? null : { regex: new RegExp(pattern.source, "giu"), run };
  } catch {
    // Valid for the server, not for the browser: it goes without highlighting.
    return null;
  }
}

function wordsSource(text: string, openEnd: boolean): string {
  const words = text.match(new RegExp(`[${UNSPACED}]|(?:(?![${UNSPACED}])${WORD})+`, "gu")) ?? [];
  const last = words.at(-1);
  if (!last) return escaped(text.trim());
  const isUnspaced = (word: string) => new RegExp(`^[${UNSPACED}]`, "u").test(word);
  let source = isUnspaced(words[0] ?? "") ? "" : `(?<!${WORD})`;
  words.forEach((word, index) => {
    if (index > 0) source += isUnspaced(word) || isUnspaced(words[index - 1] ?? "") ? "[^\\p{L}\\p{N}_]*" : "[^\\p{L}\\p{N}_]+";
    source += escaped(word);
  });
  // Of a prefix the whole word is marked.
  if (openEnd) return `${source}${WORD}*`;
  return isUnspaced(last) ? source : `${source}(?!${WORD})`;
}

function escaped(text: string): string {
  if (text === "") throw new Error("nothing to look for");
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** How much text one attempt with this pattern may look at; `null` when no bound helps. */
function longestRun(source: string): number | null {
  if (source.length > LONGEST_PATTERN) return null;
  // Without escapes, classes and group heads, which hide nothing that matters here.
  const bare = source
    .replace(/\\./g, "a")
    .replace(/\[[^\]]*\]/g, "a")
    .replace(/\(\?(?::|P?<\w+>)/g, "(");
  const alternatives = bare.match(/\|/g)?.length ?? 0;
  if (alternatives > MOST_ALTERNATIVES || repeatsNested(bare)) return null;
  const quantifiers = bare.match(/[*+?]|\{\d/g)?.length ?? 0;
  return LONGEST_RUN[quantifiers] ?? null;
}

/** Whether a repeated group repeats or chooses inside: that may take exponential time. */
function repeatsNested(bare: string): boolean {
  const open = [false];
  for (let at = 0; at < bare.length; at += 1) {
    const character = bare.charAt(at);
    const inner = open.length - 1;
    if (character === "(") {
      open.push(false);
    } else if (character === ")") {
      const hasInner = open.pop() ?? false;
      const isRepeated = /[*+?{]/.test(bare.charAt(at + 1));
      if (hasInner && isRepeated) return true;
      if (open.length > 0) open[open.length - 1] ||= hasInner || isRepeated;
    } else if (/[*+?{|]/.test(character)) {
      open[inner] = true;
    }
  }
  return false;
}

function find({ regex, run }: Search, text: string): Range[] {
  const found: Range[] = [];
  const end = performance.now() + BUDGET_MS;
  const searched = text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text;
  // A line is what patterns are meant for: `.` does not go beyond it.
  // Cut in pieces, a text has beginnings and ends that are none.
  if (searched.length > run && /[\^$]/.test(regex.source)) return found;
  const pieces = searched.length <= run ? [{ start: 0, piece: searched }] : runsOf(searched, run);
  for (const { start, piece } of pieces) {
    for (const match of piece.matchAll(regex)) {
      if (match[0] !== "") found.push({ start: start + match.index, end: start + match.index + match[0].length });
      if (found.length >= MOST_MATCHES) return found;
    }
    if (performance.now() > end) return found;
  }
  return found;
}

function* runsOf(text: string, run: number): Generator<{ start: number; piece: string }> {
  let start = 0;
  while (start < text.length) {
    const line = text.indexOf("\n", start);
    const end = Math.min(line < 0 ? text.length : line + 1, start + run);
    yield { start, piece: text.slice(start, end) };
    start = end;
  }
}

function merged(ranges: Range[]): Range[] {
  const result: Range[] = [];
  for (const range of ranges.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last && range.start < last.end) last.end = Math.max(last.end, range.end);
    else if (result.length < MOST_MATCHES) result.push({ ...range });
  }
  return result;
}
