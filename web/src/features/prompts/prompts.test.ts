import { describe, expect, it } from "vitest";
import type { PromptVersion } from "../../api/types";
import { diff, diffLines, folded, type Line } from "./diff";
import { draftsOf, messagesOf, piecesOf, promptOf, promptText, variablesOf } from "./prompt-text";

const text = (line: Line) => line.parts.map((part) => (part.isChanged ? `[${part.text}]` : part.text)).join("");
const sign = { same: " ", removed: "-", added: "+" } as const;
const shown = (before: string, after: string) => diffLines(before, after).map((line) => `${sign[line.kind]}${text(line)}`);

describe("a comparison", () => {
  it("finds what is common", () => {
    const found = diff(["a", "b", "c", "d"], ["a", "c", "x", "d"]);
    expect(found.map(({ kind, value }) => `${sign[kind]}${value}`)).toEqual([" a", "-b", " c", "+x", " d"]);
    expect(diff([], ["a"])).toEqual([{ kind: "added", value: "a" }]);
    expect(diff(["a"], ["a"])).toEqual([{ kind: "same", value: "a" }]);
  });

  it("always leads from the one to the other", () => {
    const words = ["a", "b", "c", "d"];
    let seed = 7;
    const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648);
    const list = () => Array.from({ length: random() % 9 }, () => words[random() % words.length] ?? "a");
    for (let round = 0; round < 200; round += 1) {
      const [before, after] = [list(), list()];
      const found = diff(before, after);
      expect(found.filter(({ kind }) => kind !== "added").map(({ value }) => value)).toEqual(before);
      expect(found.filter(({ kind }) => kind !== "removed").map(({ value }) => value)).toEqual(after);
    }
  });

  it("marks the words that differ in a changed line, not in a replaced one", () => {
    expect(shown("Be brief.\nAnswer in English.", "Be brief.\nAnswer in French, please.")).toEqual([
      " Be brief.",
      "-Answer in [English].",
      "+Answer in [French, please].",
    ]);
    expect(shown("One thing", "Quite another matter altogether")).toEqual(["-One thing", "+Quite another matter altogether"]);
  });

  it("folds what did not change", () => {
    const before = Array.from({ length: 20 }, (_, index) => `line ${index}`).join("\n");
    const rows = folded(diffLines(before, before.replace("line 10", "line ten")));
    expect(rows.map((row) => (row.kind === "gap" ? row.count : text(row)))).toEqual([
      7,
      "line 7",
      "line 8",
      "line 9",
      "line [10]",
      "line [ten]",
      "line 11",
      "line 12",
      "line 13",
      6,
    ]);
  });

  it("of huge texts takes no time", () => {
    const lines = (word: string) => Array.from({ length: 20_000 }, (_, index) => `${word} ${index}`);
    expect(diff(lines("a"), lines("b"))).toHaveLength(40_000);
  });
});

describe("a prompt", () => {
  const prompt = [
    { role: "system", content: "Be {{ tone }}." },
    { type: "placeholder", name: "history" },
    { role: "user", content: [{ type: "text", text: "{{question}}" }] },
    7,
  ];

  it("is read message by message", () => {
    expect(messagesOf(prompt).map(({ role }) => role)).toEqual(["system", "placeholder", "user", "message"]);
    const version = { type: "chat", prompt } as unknown as PromptVersion;
    expect(variablesOf(promptText(version))).toEqual(["tone", "history", "question"]);
    expect(promptText(version)).toContain("[system]\nBe {{ tone }}.\n\n[placeholder]\n{{history}}");
  });

  it("shows what is filled in", () => {
    expect(piecesOf("Hi {{name}}, {not} {{ }}")).toEqual([
      { text: "Hi ", isVariable: false },
      { text: "{{name}}", isVariable: true },
      { text: ", {not} {{ }}", isVariable: false },
    ]);
  });

  it("comes back from the editor as it was", () => {
    expect(promptOf(draftsOf(prompt))).toEqual(prompt);
    const typed = [{ role: "user", content: "x", type: "chatmessage" }];
    expect(promptOf(draftsOf(typed))).toEqual(typed);
  });
});
