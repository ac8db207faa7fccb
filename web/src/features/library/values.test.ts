import { describe, expect, it } from "vitest";
import { previewOf, readValue, readWords, writeValue } from "./values";

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
