import { describe, expect, it } from "vitest";
import { readCsv } from "./csv";
import { batchesOf, readItems } from "./import-file";

describe("comma-separated values", () => {
  it("may have quotes, commas and line breaks in cells", () => {
    expect(readCsv('a,b\r\n"x, ""y""","two\nlines"\n,\n\n"",z')).toEqual([
      ["a", "b"],
      ['x, "y"', "two\nlines"],
      ["", ""],
      ["", "z"],
    ]);
    expect(readCsv("")).toEqual([]);
    expect(() => readCsv('a\n"open')).toThrow("does not end");
  });
});

describe("a file of items", () => {
  it("is read line by line, and nothing of a row is dropped", () => {
    const lines = [
      '{"id":"1","input":{"q":"why"},"expectedOutput":"because","context":{"docs":["x"]},"topic":"a","metadata":{"k":1}}',
      "",
      '{"question":"how"}',
      '"plain"',
    ].join("\n");
    expect(readItems("items.jsonl", lines)).toEqual([
      { id: "1", input: { q: "why" }, expected_output: "because", context: { docs: ["x"] }, metadata: { topic: "a", k: 1 } },
      { input: { question: "how" } },
      { input: "plain" },
    ]);
    expect(() => readItems("items.jsonl", '{"input":1}\n{oops')).toThrow("Line 2 is not JSON.");
  });

  it("may be one list", () => {
    expect(readItems("items.json", '\uFEFF [{"input":1,"status":"archived"}]')).toEqual([{ input: 1, status: "archived" }]);
  });

  it("may be a table", () => {
    const table = 'id,input,expected,metadata,level\n7,"Hi, there",Hello,"{""a"":1}",easy\n,Bye,,,\n';
    expect(readItems("items.CSV", table)).toEqual([
      { id: "7", input: "Hi, there", expected_output: "Hello", metadata: { level: "easy", a: 1 } },
      { input: "Bye" },
    ]);
    expect(readItems("items.csv", "question,answer\nq,a\n")).toEqual([{ input: { question: "q", answer: "a" } }]);
  });

  it("comes back from what the server shows", () => {
    const shown = {
      id: "x",
      dataset_id: "d",
      position: 3,
      status: "active",
      input: 1,
      expected_output: 2,
      created_at: "t",
      updated_at: "t",
    };
    expect(readItems("items.jsonl", JSON.stringify(shown))).toEqual([{ id: "x", status: "active", input: 1, expected_output: 2 }]);
  });
});

it("is sent in batches", () => {
  const items = Array.from({ length: 1_200 }, (_, index) => ({ input: index }));
  expect(batchesOf(items).map((batch) => batch.length)).toEqual([500, 500, 200]);
  expect(batchesOf(Array.from({ length: 3 }, () => ({ input: "x".repeat(3_000_000) })))).toHaveLength(3);
  expect(batchesOf([])).toEqual([]);
});
