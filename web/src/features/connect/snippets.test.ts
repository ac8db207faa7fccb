import { expect, it } from "vitest";
import { environment, LANGUAGES, snippet } from "./snippets";

it("every command names this server, and a key only where there is one", () => {
  for (const { value } of LANGUAGES) {
    const open = snippet(value, { url: "http://localhost:8001", key: null });
    expect(open).toContain("http://localhost:8001");
    expect(open).not.toMatch(/Bearer/);
    expect(snippet(value, { url: "http://localhost:8001", key: "tt_1" })).toContain("tt_1");
  }
  expect(environment({ url: "https://x", key: "tt_1" })).toContain('OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20tt_1"');
});

it("the curl body is JSON", () => {
  const body = /-d '([\s\S]*)'$/.exec(snippet("curl", { url: "http://x", key: "k" }))?.[1];
  expect(JSON.parse(body ?? "")).toMatchObject({ provider: "openai", input_tokens: 14 });
});
