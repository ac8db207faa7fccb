/** A price of one's own as the API takes it. */

/** What is typed: US dollars per million tokens, as text; empty where there is none. */
export interface TypedPrice {
  input: string;
  output: string;
  cacheRead: string;
}

/** Plain decimals only: what is sent is what was typed, digit by digit. */
const DECIMAL = /^\d{1,6}(\.\d{1,9})?$/;

/** What is wrong with it, in words; null when nothing is. */
export function mistakeIn({ input, output, cacheRead }: TypedPrice): string | null {
  if (!DECIMAL.test(input)) return "Input: expected US dollars per million tokens, such as 0.15";
  if (!DECIMAL.test(output)) return "Output: expected US dollars per million tokens, such as 0.6";
  if (cacheRead !== "" && !DECIMAL.test(cacheRead)) return "Cached input: expected US dollars per million tokens, or nothing";
  return null;
}

/** An entry for exactly this model, of this provider if it is known. */
export function entryOf(provider: string | null | undefined, model: string, typed: TypedPrice): Record<string, unknown> {
  const { input, output, cacheRead } = typed;
  return {
    id: [provider, model].filter(Boolean).join("/"),
    ...(provider ? { provider } : {}),
    model,
    prices: { input, output, ...(cacheRead ? { cache_read: cacheRead } : {}) },
  };
}

/** The list with the entry first, in the place of one of the same name. */
export function withEntry(prices: unknown[], entry: Record<string, unknown>): unknown[] {
  const isOther = (one: unknown) => !(one !== null && typeof one === "object" && "id" in one && one.id === entry.id);
  return [entry, ...prices.filter(isOther)];
}
