import { describe, expect, it } from "vitest";
import type { Erasure } from "../../api/types";
import { confirmation, consequence, describeTarget, isUnderWay, STATES } from "./target";

describe("a target in words", () => {
  it("names what goes", () => {
    expect(describeTarget({ by: "user", user_id: "ada" })).toBe("User ada");
    expect(describeTarget({ by: "project" })).toBe("The whole project");
    expect(describeTarget({ by: "filter", filter: "env:test" })).toBe("Spans that match env:test");
    expect(describeTarget({ by: "filter", filter: "env:test", from: "2026-01-31T10:00:00Z" })).toMatch(/env:test, from .+ on$/);
    expect(describeTarget({ by: "filter", filter: "env:test", to: "2026-01-31T10:00:00Z" })).toMatch(/env:test, before /);
  });

  it("says that a filter leaves the rest of a trace", () => {
    expect(consequence({ by: "filter", filter: "a" })).toMatch(/rest of their traces stays/);
    expect(consequence({ by: "trace", trace_id: "ab" })).toMatch(/log records/);
  });
});

describe("the confirmation", () => {
  it("is the name of what goes, where it can be typed", () => {
    expect(confirmation({ by: "user", user_id: "ada" }, "shop")).toBe("ada");
    expect(confirmation({ by: "session", session_id: "s-1" }, "shop")).toBe("s-1");
    expect(confirmation({ by: "project" }, "shop")).toBe("shop");
  });

  it("is a word otherwise", () => {
    for (const user_id of ["x".repeat(61), " ada", "ada "]) expect(confirmation({ by: "user", user_id }, "shop")).toBe("erase");
    expect(confirmation({ by: "trace", trace_id: "ab".repeat(16) }, "shop")).toBe("erase");
    expect(confirmation({ by: "filter", filter: "env:test" }, "shop")).toBe("erase");
  });
});

it("a receipt is under way until nothing holds the rows", () => {
  const under = (state: Erasure["state"]) => isUnderWay({ state } as Erasure);
  expect([under("hidden"), under("rewritten"), under("erased")]).toEqual([true, true, false]);
  expect(STATES.hidden.means).toMatch(/files still hold/);
});
