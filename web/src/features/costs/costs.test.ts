import { describe, expect, it } from "vitest";
import type { CostItem } from "../../api/types";
import { costsOverTime, timesOf } from "./cost-chart";
import { filterOf, groupOf } from "./groups";
import { entryOf, mistakeIn, withEntry } from "./own-price";
import { whyUnpriced } from "./unpriced-table";

function item(group: string | null, time: string, cost: number | null): CostItem {
  return {
    groups: [group],
    time,
    requests: 1,
    failed_requests: 0,
    priced_requests: cost === null ? 0 : 1,
    reported_requests: 0,
    buckets: {},
    cost_usd: cost,
  };
}

describe("costs over time", () => {
  it("have every interval of the range, empty ones too", () => {
    expect(timesOf("2026-01-31T09:30:00Z", "2026-01-31T12:00:00Z", 3_600)).toEqual(
      ["09", "10", "11"].map((hour) => Date.parse(`2026-01-31T${hour}:00:00Z`) / 1_000),
    );
  });

  it("show the dearest groups, gather the rest and leave out the unpriced", () => {
    const times = timesOf("2026-01-30T00:00:00Z", "2026-02-01T00:00:00Z", 86_400);
    const [first, second] = ["2026-01-30T00:00:00Z", "2026-01-31T00:00:00Z"] as const;
    const items = [
      item("a", first, 1),
      item("a", second, 9),
      item(null, second, 5),
      item("unpriced", first, null),
      ...["b", "c", "d", "e"].map((name, index) => item(name, first, 4 - index)),
    ];
    const { series } = costsOverTime(items, times);
    expect(series.map((one) => one.label)).toEqual(["a", "none", "b", "c", "d", "other"]);
    expect(series[0]?.values).toEqual([1, 9]);
    expect(series[1]?.values).toEqual([null, 5]);
    expect(series.at(-1)?.values).toEqual([1, null]);
  });
});

describe("a group", () => {
  it("leads to its calls where the filter language has a word for it", () => {
    expect(filterOf("environment", "prod")).toBe("env:prod");
    expect(filterOf("prompt_name", "my prompt")).toBe('prompt:"my prompt"');
    expect(filterOf("user", null)).toBe("-user:*");
    expect(filterOf("price_id", "openai/gpt-4o")).toBeNull();
  });

  it("is the model unless the address says otherwise", () => {
    expect(groupOf("tag")).toBe("tag");
    expect(groupOf("colour")).toBe("model");
    expect(groupOf(null)).toBe("model");
  });
});

describe("why calls are unpriced", () => {
  it("is said in words, with a number where not all are", () => {
    const model = {
      requests: 3,
      failed_requests: 0,
      reasons: [
        { note: "unpriced_model", requests: 3 },
        { note: "new_note", requests: 1 },
      ],
    };
    expect(whyUnpriced(model)).toBe("no price for this model, new_note (1)");
    expect(whyUnpriced({ ...model, reasons: [] })).toBe("not noted");
  });
});

describe("a price of one's own", () => {
  it("is sent digit by digit, for exactly the model", () => {
    const typed = { input: "0.10", output: "2", cacheRead: "" };
    expect(entryOf("vllm", "my-llama", typed)).toEqual({
      id: "vllm/my-llama",
      provider: "vllm",
      model: "my-llama",
      prices: { input: "0.10", output: "2" },
    });
    expect(entryOf(null, "m", { ...typed, cacheRead: "0.01" })).toEqual({
      id: "m",
      model: "m",
      prices: { input: "0.10", output: "2", cache_read: "0.01" },
    });
  });

  it("is refused in words where it is no decimal", () => {
    expect(mistakeIn({ input: "1", output: "2", cacheRead: "" })).toBeNull();
    expect(mistakeIn({ input: "1,5", output: "2", cacheRead: "" })).toMatch(/^Input/);
    expect(mistakeIn({ input: "1", output: "", cacheRead: "" })).toMatch(/^Output/);
    expect(mistakeIn({ input: "1", output: "2", cacheRead: "-1" })).toMatch(/^Cached/);
  });

  it("takes the place of the one before it and keeps the others", () => {
    expect(withEntry([{ id: "a", discount: "0.1" }, { id: "b" }], { id: "b", new: true })).toEqual([
      { id: "b", new: true },
      { id: "a", discount: "0.1" },
    ]);
  });
});
