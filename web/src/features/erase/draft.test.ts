import { describe, expect, it } from "vitest";
import { chosenTarget, type Draft } from "./draft";

const draft = (over: Partial<Draft>): Draft => ({ by: "user", name: "", from: "", to: "", ...over });

describe("a draft", () => {
  it("becomes a target", () => {
    expect(chosenTarget(draft({ name: "ada" })).target).toEqual({ by: "user", user_id: "ada" });
    expect(chosenTarget(draft({ by: "session", name: "s 1" })).target).toEqual({ by: "session", session_id: "s 1" });
    expect(chosenTarget(draft({ by: "project", name: "left over" })).target).toEqual({ by: "project" });
    expect(chosenTarget(draft({ by: "filter", name: " env:test ", from: "2026-01-31T10:00" })).target).toEqual({
      by: "filter",
      filter: "env:test",
      from: "2026-01-31T10:00:00Z",
    });
  });

  it("takes trace ids as they are copied, also as UUIDs", () => {
    const target = { by: "trace", trace_id: "4bf92f3577b34da6a3ce929d0e0e4736" };
    for (const name of ["4bf92f3577b34da6a3ce929d0e0e4736", " 4BF92F35-77B3-4DA6-A3CE-929D0E0E4736 "])
      expect(chosenTarget(draft({ by: "trace", name })).target).toEqual(target);
    expect(chosenTarget(draft({ by: "trace", name: "4bf9" }))).toEqual({ target: null, problem: expect.stringContaining("32") });
  });

  it("keeps ids exactly: blanks may belong to them", () => {
    expect(chosenTarget(draft({ name: " ada" })).target).toEqual({ by: "user", user_id: " ada" });
  });

  it("is nothing while it is empty or contradicts itself", () => {
    for (const by of ["user", "session", "trace", "filter"] as const) expect(chosenTarget(draft({ by })).target).toBeNull();
    expect(chosenTarget(draft({ by: "filter", name: "a", from: "2026-01-02T00:00", to: "2026-01-01T00:00" })).problem).toMatch(/before/);
  });
});
