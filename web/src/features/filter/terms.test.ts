import { describe, expect, it } from "vitest";
import { allOf, fieldValues, indexOfByte, quoteValue, setFieldValues, topLevelTerms } from "./terms";

describe("top-level terms", () => {
  it("keep quotations, patterns and groups whole", () => {
    const source = 'model:gpt-4o "refund policy" /a b/ -env:dev (a OR b) user:"x y" cost>0.01';
    expect(topLevelTerms(source)?.map((term) => term.text)).toEqual([
      "model:gpt-4o",
      '"refund policy"',
      "/a b/",
      "-env:dev",
      "(a OR b)",
      'user:"x y"',
      "cost>0.01",
    ]);
  });
  it("know their field, operator and negation", () => {
    const [first, second, third] = topLevelTerms("-env:dev cost>=0.5 word") ?? [];
    expect(first).toMatchObject({ field: "env", operator: ":", value: "dev", negated: true });
    expect(second).toMatchObject({ field: "cost", operator: ">=", value: "0.5", negated: false });
    expect(third?.field).toBeNull();
  });
  it("are not guessed where the text is unfinished", () => {
    for (const source of ['user:"a', "(a", "a)", "/x"]) expect(topLevelTerms(source)).toBeNull();
  });
  it("read an apostrophe inside a word as a letter", () => {
    expect(topLevelTerms("don't stop")?.map((term) => term.text)).toEqual(["don't", "stop"]);
  });
});

describe("facets", () => {
  it("read and write one field", () => {
    expect(fieldValues('status:error model:(a OR "b c")', "model")).toEqual(["a", "b c"]);
    expect(setFieldValues("status:error", "model", ["gpt-4o"])).toBe("status:error model:gpt-4o");
    expect(setFieldValues("model:a status:error", "model", ["a", "b c"])).toBe('status:error model:(a OR "b c")');
    expect(setFieldValues("model:a status:error", "model", [])).toBe("status:error");
  });
  it("do not touch negations or comparisons of the field", () => {
    expect(setFieldValues("-model:a", "model", ["b"])).toBe("-model:a model:b");
  });
  it("wrap a choice, so that it keeps its meaning", () => {
    expect(setFieldValues("a OR b", "model", ["c"])).toBe("(a OR b) model:c");
  });
  it("round trip any value", () => {
    for (const value of ["plain", "with space", 'quo"te', "back\\slash", "-minus", "OR", "star*", "/slash", "a:b", ""]) {
      expect(fieldValues(setFieldValues("", "user", [value]), "user")).toEqual([value]);
    }
    expect(quoteValue("openai/gpt-4o:free")).toBe("openai/gpt-4o:free");
  });
});

it("joins filters so that each must hold", () => {
  expect(allOf("kind:llm", "", null, " a OR b ")).toBe("kind:llm (a OR b)");
  expect(allOf("", undefined)).toBe("");
});

it("finds the character of a byte offset", () => {
  expect(indexOfByte("é colour:x", 3)).toBe(2);
  expect(indexOfByte("😀a", 4)).toBe(2);
  expect(indexOfByte("ab", 9)).toBe(2);
});
