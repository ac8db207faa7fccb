/** Turns a file of JSON lines, JSON or CSV into items of a dataset. Nothing of a row is dropped. */
import { readCsv } from "./csv";

export interface ItemToPut {
  id?: string;
  status?: string;
  input: unknown;
  expected_output?: unknown;
  context?: unknown;
  metadata?: unknown;
}

/** Names that other tools give to what we call the expected output. */
const EXPECTED = ["expected_output", "expectedOutput", "expected", "reference", "ground_truth", "reference_output"];
const OWN = ["id", "status", "input", "context", "metadata"];

/** Reads by the file's name, and by its first character where that says nothing. */
export function readItems(fileName: string, text: string): ItemToPut[] {
  const content = text.replace(/^\uFEFF/, "");
  if (/\.csv$/i.test(fileName)) return csvItems(content);
  if (/^\s*\[/.test(content)) return listItems(content);
  return lineItems(content);
}

function listItems(text: string): ItemToPut[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error("Expected a list of items.");
  return list.map(itemOf);
}

function lineItems(text: string): ItemToPut[] {
  const items: ItemToPut[] = [];
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    try {
      items.push(itemOf(JSON.parse(line)));
    } catch {
      throw new Error(`Line ${index + 1} is not JSON.`);
    }
  });
  return items;
}

/** A row: its own words where it has an input, else all of it is the input. */
export function itemOf(row: unknown): ItemToPut {
  if (row === null || typeof row !== "object" || Array.isArray(row) || !("input" in row)) return { input: row };
  const fields = row as Record<string, unknown>;
  const expected = EXPECTED.find((name) => name in fields);
  const item: ItemToPut = { input: fields.input };
  if (expected) item.expected_output = fields[expected];
  if (typeof fields.id === "string" && fields.id !== "") item.id = fields.id;
  if (fields.status === "active" || fields.status === "archived") item.status = fields.status;
  if (fields.context !== undefined) item.context = fields.context;
  const rest = Object.entries(fields).filter(([name]) => !OWN.includes(name) && name !== expected && !IGNORED.includes(name));
  const metadata = withRest(fields.metadata, Object.fromEntries(rest));
  if (metadata !== undefined) item.metadata = metadata;
  return item;
}

/** What our own export of items says besides: the server makes these anew. */
const IGNORED = ["dataset_id", "position", "created_at", "updated_at"];

function withRest(metadata: unknown, rest: Record<string, unknown>): unknown {
  if (Object.keys(rest).length === 0) return metadata;
  if (metadata === undefined || metadata === null || metadata === "") return rest;
  const isObject = typeof metadata === "object" && !Array.isArray(metadata);
  return isObject ? { ...rest, ...metadata } : { ...rest, metadata };
}

function csvItems(text: string): ItemToPut[] {
  const [header, ...rows] = readCsv(text);
  if (!header) return [];
  const names = header.map((name) => name.trim());
  return rows.map((cells) =>
    itemOf(
      Object.fromEntries(
        names.map((name, index) => [name, cellValue(name, cells[index] ?? "")]).filter(([, value]) => value !== undefined),
      ),
    ),
  );
}

/** Cells are text; where JSON belongs, it is read. */
function cellValue(name: string, cell: string): unknown {
  if (cell === "" && name !== "input") return undefined;
  if ((name === "metadata" || name === "context") && /^\s*[[{]/.test(cell)) {
    try {
      return JSON.parse(cell) as unknown;
    } catch {
      return cell;
    }
  }
  return cell;
}

/** Items of one request: far below what the server takes. */
const BATCH_ITEMS = 500;
const BATCH_CHARS = 4_000_000;

export function batchesOf(items: ItemToPut[]): ItemToPut[][] {
  const batches: ItemToPut[][] = [];
  let batch: ItemToPut[] = [];
  let chars = 0;
  for (const item of items) {
    const length = JSON.stringify(item).length;
    if (batch.length > 0 && (batch.length >= BATCH_ITEMS || chars + length > BATCH_CHARS)) {
      batches.push(batch);
      batch = [];
      chars = 0;
    }
    batch.push(item);
    chars += length;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
