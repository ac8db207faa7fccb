import { describe, expect, it } from "vitest";
import {
  changeOf,
  formatAgo,
  formatBytes,
  formatChange,
  formatCompact,
  formatCount,
  formatDuration,
  formatMoney,
  formatMoneyExact,
  formatNumber,
  formatPercent,
  formatPoints,
  parseTime,
  plural,
  UNKNOWN,
} from "./format";

describe("unknown values", () => {
  it("are never shown as zero", () => {
    for (const format of [formatCount, formatCompact, formatPercent, formatDuration, formatBytes, formatNumber]) {
      expect(format(null)).toBe(UNKNOWN);
      expect(format(undefined)).toBe(UNKNOWN);
    }
    expect(formatMoney(null)).toBe("unknown");
    expect(formatMoneyExact(undefined)).toBe("unknown");
  });
});

describe("money", () => {
  it.each([
    [0, "$0.00"],
    [0.0000105, "$0.0000105"],
    [1e-12, "$0.000000000001"],
    [0.1 + 0.2, "$0.30"],
    [12.5, "$12.50"],
    [1234.000001, "$1,234.000001"],
    [123456.789012, "$123,456.789012"],
    [-0.25, "-$0.25"],
  ])("shows every digit of %d", (amount, text) => {
    expect(formatMoneyExact(amount)).toBe(text);
  });

  it.each([
    [0, "$0.00"],
    [0.0000105, "$0.0000105"],
    [0.00012345, "$0.000123"],
    [0.0104, "$0.0104"],
    [0.5, "$0.50"],
    [0.25, "$0.25"],
    [9.999, "$10.00"],
    [1234.5, "$1,234.50"],
    [250_000, "$250k"],
    [-0.02, "-$0.02"],
  ])("shows %d at a glance", (amount, text) => {
    expect(formatMoney(amount)).toBe(text);
  });
});

describe("numbers", () => {
  it.each([
    [0, "0"],
    [9_999, "9,999"],
    [12_840, "12.8k"],
    [44_358_023, "44.4M"],
    [25_000_000, "25M"],
    [1.5, "1.5"],
    [1_200_000_000, "1.2B"],
  ])("compacts %d", (value, text) => expect(formatCompact(value)).toBe(text));
  it("never rounds a rate up to all or down to nothing", () => {
    expect(formatPercent(1)).toBe("100%");
    expect(formatPercent(0.999999)).toBe(">99.99%");
    expect(formatPercent(0.000001)).toBe("<0.01%");
    expect(formatPercent(0)).toBe("0%");
    expect(formatPercent(0.98333)).toBe("98.33%");
    expect(formatPoints(0.125)).toBe("12.5 pp");
  });
  it("writes bytes in binary units", () => {
    expect(formatBytes(0)).toBe("0 B");
    expect(formatBytes(1024)).toBe("1 KiB");
    expect(formatBytes(1.5 * 1024 ** 3)).toBe("1.5 GiB");
  });
  it("counts things", () => {
    expect(plural(1, "call")).toBe("1 call");
    expect(plural(1_200, "call")).toBe("1,200 calls");
  });
});

describe("durations", () => {
  it.each([
    [0, "0 ms"],
    [0.42, "0.42 ms"],
    [9.5, "9.5 ms"],
    [840, "840 ms"],
    [999.7, "1 s"],
    [1_250, "1.25 s"],
    [59_940, "59.9 s"],
    [59_960, "1 m 0 s"],
    [125_000, "2 m 5 s"],
    [11_520_000, "3 h 12 m"],
    [-250, "-250 ms"],
    [432_000_000, "5 d"],
  ])("writes %d ms", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe("times", () => {
  it("keeps what is finer than a millisecond", () => {
    const base = Date.parse("2026-01-31T09:30:00.123Z");
    expect(parseTime("2026-01-31T09:30:00.123456789Z") - base).toBeCloseTo(0.4568, 2);
    expect(parseTime("2026-01-31T09:30:00.123Z")).toBe(base);
    expect(parseTime("2026-01-31T09:30:00Z")).toBe(base - 123);
  });
  it("says how long ago", () => {
    const now = Date.parse("2026-01-31T12:00:00Z");
    expect(formatAgo("2026-01-31T11:59:58Z", now)).toBe("just now");
    expect(formatAgo("2026-01-31T11:56:00Z", now)).toBe("4 m ago");
    expect(formatAgo("2026-01-28T12:00:00Z", now)).toBe("3 d ago");
    expect(formatAgo("2026-01-31T13:00:00Z", now)).toBe("in 1 h");
    expect(formatAgo(null, now)).toBe("never");
  });
});

describe("changes", () => {
  it("need a base", () => {
    expect(changeOf(5, 0)).toBeNull();
    expect(changeOf(null, 5)).toBeNull();
    expect(changeOf(15, 10)).toBeCloseTo(0.5);
  });
  it("stay readable", () => {
    expect(formatChange(-0.042)).toBe("4.2%");
    expect(formatChange(0.5)).toBe("50%");
    expect(formatChange(40)).toBe(">999%");
  });
});
