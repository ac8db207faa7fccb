import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useRef } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { LongText } from "../conversation/long-text";
import { Highlight, Marked, MarkedJson } from "./highlight";
import { MatchBar } from "./match-bar";
import { matcherOf, MOST_MATCHES } from "./matcher";
import { textPatterns, withSearch } from "./patterns";

afterEach(cleanup);

function found(filter: string, text: string): string[] {
  return (matcherOf(filter)?.ranges(text) ?? []).map(({ start, end }) => text.slice(start, end));
}

describe("what a filter looks for", () => {
  it("is its words, phrases, prefixes and patterns, but not fields and not what is excluded", () => {
    const filter = 'model:gpt-4o refund "two words" pre* /a(b|\\/)c/ -not -"this one" NOT that (deep OR -shallow) score."a b">1 cost>0.1';
    expect(textPatterns(filter)).toEqual([
      { kind: "words", text: "refund", openEnd: false },
      { kind: "words", text: "two words", openEnd: false },
      { kind: "words", text: "pre", openEnd: true },
      { kind: "regex", source: "a(b|/)c" },
      { kind: "words", text: "deep", openEnd: false },
    ]);
    expect(textPatterns('"open')).toEqual([]);
  });

  it("goes with the address only where it looks for text", () => {
    expect(withSearch("/traces/1?span=2", "model:x")).toBe("/traces/1?span=2");
    expect(withSearch("/traces/1", "a b")).toBe("/traces/1?q=a+b");
    expect(withSearch("/traces/1?span=2", "refund")).toBe("/traces/1?span=2&q=refund");
  });
});

describe("matches", () => {
  it("are whole words in any case", () => {
    expect(found("refund", "The REFUND, refunds, a refund_x and pre-refund")).toEqual(["REFUND", "refund"]);
    expect(found("été", "un ÉTÉ chaud, étés")).toEqual(["ÉTÉ"]);
    expect(found("退款", "我要退款了")).toEqual(["退款"]);
    expect(found("++", "c++ code")).toEqual(["++"]);
  });

  it("of phrases are words side by side, of prefixes the whole word", () => {
    expect(found('"refund policy"', "our refund   policy, refund-policy, refund the policy")).toEqual(["refund   policy", "refund-policy"]);
    expect(found("ref*", "a refund, a href")).toEqual(["refund"]);
  });

  it("of patterns ignore case and overlaps become one", () => {
    expect(found("/ref(und|use)/", "Refuse the refund")).toEqual(["Refuse", "refund"]);
    expect(found("/fund po/ refund policy", "refund policy")).toEqual(["refund policy"]);
    expect(found("/x*/", "aaa")).toEqual([]);
    expect(found("/^b/", "a\nb")).toEqual([]);
  });

  it("are bounded in number and in work", () => {
    expect(found("a", "a ".repeat(10_000))).toHaveLength(MOST_MATCHES);
    const hard = "a".repeat(100_000);
    for (const filter of ["/(a+)+b/", "/(a|a)*b/", "/(a?){30}b/", "/((ab*)c)+d/", "/a*a*a*a*b/", `/${"a?".repeat(30)}b/`]) {
      expect(found(filter, hard), filter).toEqual([]);
    }
    expect(found("/a.*b.*c.*d/", `${"x".repeat(100_000)}\nabcd`)).toEqual(["abcd"]);
  });

  it("of patterns that a browser cannot read are left out", () => {
    expect(found("/(?i)refund/ word", "refund word")).toEqual(["word"]);
    expect(found("/(/", "(")).toEqual([]);
  });
});

describe("marks", () => {
  const marks = () => Array.from(document.querySelectorAll("mark")).map((mark) => mark.textContent);

  it("stand in texts and in JSON", () => {
    const { container } = render(
      <Highlight filter="refund">
        <Marked text="A refund?" />
        <MarkedJson value={{ refund: "no refund, sorry" }} label="Arguments" />
      </Highlight>,
    );
    expect(marks()).toEqual(["refund", "refund", "refund"]);
    expect(container.textContent).toContain('A refund?{\n  "refund": "no refund, sorry"\n}');
  });

  it("unfold a text whose match is further down, and say so where it is too long", () => {
    const text = `${"line\n".repeat(100)}needle`;
    render(
      <Highlight filter="needle">
        <LongText text={text} />
        <LongText text={`${"x ".repeat(20_000)}needle`} />
      </Highlight>,
    );
    expect(marks()).toEqual(["needle"]);
    expect(screen.getByRole("button", { name: /1 match in the rest/ })).toBeTruthy();
  });

  it("are walked through with buttons and keys", () => {
    function Panel() {
      const scope = useRef<HTMLDivElement>(null);
      return (
        <Highlight filter="a">
          <div ref={scope}>
            <Marked text="a b a" />
            <MatchBar scope={scope} version={0} />
          </div>
        </Highlight>
      );
    }
    render(<Panel />);
    const current = () => Array.from(document.querySelectorAll("mark")).map((mark) => mark.classList.contains("current"));
    expect(screen.getByRole("status").textContent).toBe("2 matches");
    fireEvent.click(screen.getByRole("button", { name: "Next match (n)" }));
    expect(current()).toEqual([true, false]);
    fireEvent.keyDown(document.body, { key: "n" });
    expect([current(), screen.getByRole("status").textContent]).toEqual([[false, true], "2 of 2"]);
    fireEvent.keyDown(document.body, { key: "n" });
    expect(current()).toEqual([true, false]);
    fireEvent.keyDown(document.body, { key: "N" });
    expect(current()).toEqual([false, true]);
  });
});
