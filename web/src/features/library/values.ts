/** JSON values as people read and write them: plain text stays plain, anything else is JSON. */

/** What is typed, as a value: JSON where it is JSON, else text; nothing is null. */
export function readValue(typed: string): unknown {
  if (typed.trim() === "") return null;
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return typed;
  }
}

/** The text that is read back as this value. */
export function writeValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  // Text that would be read as something else is written as JSON.
  return readValue(value) === value ? value : JSON.stringify(value);
}

/** Words between commas. */
export function readWords(typed: string): string[] {
  const words = typed
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
  return [...new Set(words)];
}

const PREVIEW_CHARS = 240;

/** A value in one line, for lists: the text that matters where its place is known. */
export function previewOf(value: unknown): string {
  const text = essence(value);
  const line = (typeof text === "string" ? text : (JSON.stringify(text) ?? "")).replace(/\s+/g, " ").trim();
  return line.length > PREVIEW_CHARS ? `${line.slice(0, PREVIEW_CHARS)}…` : line;
}

/** Names under which clients keep the one text of an input or output. */
const TEXT_KEYS = ["input", "question", "query", "output", "answer", "content", "text"];

function essence(value: unknown): unknown {
  if (Array.isArray(value)) {
    const last: unknown = value.at(-1);
    return isMessage(last) ? last.content : value;
  }
  if (value === null || typeof value !== "object") return value ?? "";
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && TEXT_KEYS.includes(only[0]) && typeof only[1] === "string") return only[1];
  return value;
}

export function isMessage(value: unknown): value is { role: string; content: string } {
  return value !== null && typeof value === "object" && "role" in value && "content" in value && typeof value.content === "string";
}

/** A medium that a value names: `{uri, mime_type}`, as clients' attachments are kept. */
export interface Medium {
  uri: string;
  mime_type: string | null;
}

const MAX_MEDIA = 20;
const MAX_MEDIA_DEPTH = 8;

/** The media named anywhere in a value, the first twenty. */
export function mediaIn(value: unknown, depth = 0): Medium[] {
  if (value === null || typeof value !== "object" || depth > MAX_MEDIA_DEPTH) return [];
  if (!Array.isArray(value) && "uri" in value && typeof value.uri === "string" && "mime_type" in value) {
    return [{ uri: value.uri, mime_type: typeof value.mime_type === "string" ? value.mime_type : null }];
  }
  const found: Medium[] = [];
  for (const inner of Object.values(value)) {
    found.push(...mediaIn(inner, depth + 1));
    if (found.length >= MAX_MEDIA) break;
  }
  return found.slice(0, MAX_MEDIA);
}
