import { describe, expect, it } from "vitest";
import { priceOf } from "./cost-derivation";

describe("a price", () => {
  it("is by the million for tokens, by the piece for others, with its factor", () => {
    expect(priceOf({ unit_price_usd: "0.00000015", factor: "1" })).toBe("$0.15 / M");
    expect(priceOf({ unit_price_usd: "0.0000000375", factor: "1.1" })).toBe("$0.0375 / M × 1.1");
    expect(priceOf({ unit_price_usd: "0.01", factor: "1" })).toBe("$0.01 each");
    expect(priceOf({ unit_price_usd: "0", factor: "1" })).toBe("$0 each");
    expect(priceOf({ unit_price_usd: null, factor: "1" })).toBe("no price");
  });
});
