/** What changed between two texts: by line, and by word within lines that changed. */

export interface Change<T = string> {
  kind: "same" | "removed" | "added";
  value: T;
}

/** Above so many cells a table of common parts is not worth its memory: everything between the common ends counts as changed. */
const MOST_CELLS = 4_000_000;

/** The shortest way from one list to another, as common subsequences tell it. */
export function diff(before: string[], after: string[]): Change[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return [
    ...changes(before.slice(0, start), "same"),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...changes(before.slice(before.length - end), "same"),
  ];
}

function changes(values: string[], kind: Change["kind"]): Change[] {
  return values.map((value) => ({ kind, value }));
}

function middle(before: string[], after: string[]): Change[] {
  const width = after.length + 1;
  if (before.length === 0 || after.length === 0 || (before.length + 1) * width > MOST_CELLS) {
    return [...changes(before, "removed"), ...changes(after, "added")];
  }
  // lengths[i * width + j]: of the longest common subsequence of what follows i and j.
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: Change[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, fresh] = [before[i], after[j]];
    if (old !== undefined && old === fresh) {
      found.push({ kind: "same", value: old });
      i += 1;
      j += 1;
    } else if (old !== undefined && (fresh === undefined || at(i + 1, j) >= at(i, j + 1))) {
      found.push({ kind: "removed", value: old });
      i += 1;
    } else {
      found.push({ kind: "added", value: fresh ?? "" });
      j += 1;
    }
  }
  return found;
}

/** A line of a comparison, cut into what is common with its counterpart and what is not. */
export interface Line {
  kind: Change["kind"];
  parts: { text: string; isChanged: boolean }[];
}

/** Lines of both texts. A removed line beside an added one shows which words differ. */
export function diffLines(before: string, after: string): Line[] {
  const lines: Line[] = [];
  const pending: Change[] = [];
  const flush = () => {
    const removed = pending.filter((change) => change.kind === "removed").map((change) => change.value);
    const added = pending.filter((change) => change.kind === "added").map((change) => change.value);
    pending.length = 0;
    const pairs = removed.length === added.length ? removed.map((line, index) => wordParts(line, added[index] ?? "")) : null;
    removed.forEach((line, index) => lines.push({ kind: "removed", parts: pairs?.[index]?.before ?? whole(line) }));
    added.forEach((line, index) => lines.push({ kind: "added", parts: pairs?.[index]?.after ?? whole(line) }));
  };
  for (const change of diff(before.split("\n"), after.split("\n"))) {
    if (change.kind !== "same") {
      pending.push(change);
      continue;
    }
    flush();
    lines.push({ kind: "same", parts: whole(change.value) });
  }
  flush();
  return lines;
}

function whole(text: string): Line["parts"] {
  return [{ text, isChanged: false }];
}

function wordParts(before: string, after: string): { before: Line["parts"]; after: Line["parts"] } | null {
  const words = (text: string) => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  const found = diff(words(before), words(after));
  const common = found.filter((change) => change.kind === "same" && change.value.trim() !== "").length;
  // Lines that have next to nothing in common were replaced, not changed.
  if (common * 3 < found.length - common) return null;
  const side = (kind: Change["kind"]) => joined(found.filter((change) => change.kind === "same" || change.kind === kind));
  return { before: side("removed"), after: side("added") };
}

function joined(found: Change[]): Line["parts"] {
  const parts: Line["parts"] = [];
  for (const { kind, value } of found) {
    const last = parts.at(-1);
    const isChanged = kind !== "same";
    if (last && last.isChanged === isChanged) last.text += value;
    else parts.push({ text: value, isChanged });
  }
  return parts;
}

/** Unchanged lines that are left out, or a line. */
export type Row = Line | { kind: "gap"; count: number };

const CONTEXT_LINES = 3;

/** Folds long stretches without a change. */
export function folded(lines: Line[]): Row[] {
  const near = new Set<number>();
  lines.forEach((line, index) => {
    if (line.kind === "same") return;
    for (let at = index - CONTEXT_LINES; at <= index + CONTEXT_LINES; at += 1) near.add(at);
  });
  const rows: Row[] = [];
  lines.forEach((line, index) => {
    const last = rows.at(-1);
    if (near.has(index)) rows.push(line);
    else if (last?.kind === "gap") last.count += 1;
    else rows.push({ kind: "gap", count: 1 });
  });
  return rows;
}
