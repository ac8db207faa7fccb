import { describe, expect, it } from "vitest";
import { readRange, resolveRange, writeRange } from "./range";

const params = (text: string) => new URLSearchParams(text);

describe("the range in the URL", () => {
  it("is the last day when nothing or nonsense is given", () => {
    for (const text of [
      "",
      "range=fortnight",
      "from=yesterday&to=now",
      "from=2026-02-01T00:00:00Z",
      "from=2026-02-02T00:00:00Z&to=2026-02-01T00:00:00Z",
    ]) {
      expect(readRange(params(text))).toEqual({ preset: "24h" });
    }
  });
  it("reads back as written and leaves other parameters alone", () => {
    const fixed = { from: "2026-01-01T00:00:00.000Z", to: "2026-01-02T00:00:00.000Z" };
    const written = writeRange(params("q=status:error&range=7d"), fixed);
    expect(readRange(written)).toEqual(fixed);
    expect(written.get("q")).toBe("status:error");
    expect(written.get("range")).toBeNull();
    expect(writeRange(written, { preset: "24h" }).toString()).toBe("q=status%3Aerror");
    expect(readRange(writeRange(written, { preset: "30d" }))).toEqual({ preset: "30d" });
  });
  it("ends now", () => {
    const now = Date.parse("2026-01-31T12:00:00Z");
    expect(resolveRange({ preset: "15m" }, now)).toEqual({ from: "2026-01-31T11:45:00.000Z", to: "2026-01-31T12:00:00.000Z" });
  });
});
