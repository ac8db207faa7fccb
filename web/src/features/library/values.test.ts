import { describe, expect, it } from "vitest";
import { mediaIn, previewOf, readValue, readWords, writeValue } from "./values";

describe("values that people write", () => {
  it("are JSON where they are JSON, else text", () => {
    expect(readValue(" ")).toBeNull();
    expect(readValue("Paris")).toBe("Paris");
    expect(readValue('{"a": 1}')).toEqual({ a: 1 });
    expect(readValue("{broken")).toBe("{broken");
  });

  it("come back as they were", () => {
    for (const value of [null, "Paris", "", "4", "true", '"quoted"', " padded ", 4, true, { a: [1] }, [], "two\nlines"]) {
      expect(readValue(writeValue(value)), JSON.stringify(value)).toEqual(value);
    }
  });

  it("are words between commas, each once", () => {
    expect(readWords(" production , staging,,production ")).toEqual(["production", "staging"]);
  });
});

describe("a preview", () => {
  it("shows the text that matters", () => {
    expect(previewOf("two\n lines")).toBe("two lines");
    expect(previewOf({ question: "why?" })).toBe("why?");
    expect(previewOf({ question: "why?", k: 1 })).toBe('{"question":"why?","k":1}');
    expect(
      previewOf([
        { role: "system", content: "s" },
        { role: "user", content: "u" },
      ]),
    ).toBe("u");
    expect(previewOf(null)).toBe("");
    expect(previewOf("x".repeat(500))).toHaveLength(241);
  });
});

describe("media in a value", () => {
  it("are found wherever they are named, once each place", () => {
    const image = { uri: "telltale-media:a", mime_type: "image/png" };
    expect(mediaIn({ images: { a: image }, list: [{ uri: "https://example.com/b", mime_type: null }] })).toEqual([
      image,
      { uri: "https://example.com/b", mime_type: null },
    ]);
    expect(mediaIn({ uri: 4, mime_type: "image/png" })).toEqual([]);
    expect(mediaIn("telltale-media:a")).toEqual([]);
  });

  it("are bounded in number and depth", () => {
    expect(mediaIn(Array.from({ length: 50 }, () => ({ uri: "x", mime_type: null })))).toHaveLength(20);
    let deep: unknown = { uri: "x", mime_type: null };
    for (let depth = 0; depth < 20; depth++) deep = [deep];
    expect(mediaIn(deep)).toEqual([]);
  });
});
