import { describe, expect, it } from "vitest";
import { applyCompletion, completionAt, fieldInsert, valueInsert } from "./suggest";

const at = (source: string) => completionAt(source, source.length, "span");

describe("suggestions", () => {
  it("offer fields at the start of a word", () => {
    const completion = at("status:error mo");
    expect(completion).toMatchObject({ kind: "field", prefix: "mo" });
    expect(completion?.kind === "field" && completion.fields.map((field) => field.name)).toContain("model");
    expect(at("-en")).toMatchObject({ kind: "field", prefix: "en" });
  });
  it("offer values after a field that has a list of them", () => {
    expect(at("model:gp")).toMatchObject({ kind: "value", prefix: "gp", start: 6 });
    expect(at('user:"a b')).toMatchObject({ kind: "value", prefix: "a b" });
    expect(at("cost:0")).toBeNull();
  });
  it("stay silent inside quoted text and for unknown words", () => {
    expect(at('"refund po')).toBeNull();
    expect(at("zzz")).toBeNull();
  });
  it("replace what was typed", () => {
    expect(applyCompletion("a mod b", 5, 2, "model:")).toEqual({ text: "a model: b", cursor: 8 });
    expect(valueInsert("a b")).toBe('"a b" ');
    expect(fieldInsert({ name: "cost", hint: "cost>0.01" })).toBe("cost>");
    expect(fieldInsert({ name: "model", hint: "", isListed: true })).toBe("model:");
  });
});
