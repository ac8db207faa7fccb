/** The real `openai` package with the official OpenTelemetry instrumentation, seen in the browser. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "./fixtures";
import { startProvider } from "./server";

const script = join(import.meta.dirname, "../../tests/sdk/openai_calls.py");

test("calls of a real SDK show with their messages, tokens, cost and error", async ({ page, seed }) => {
  const python = process.env.TELLTALE_SDK_PYTHON;
  expect(python, "TELLTALE_SDK_PYTHON must name a Python with tests/requirements.txt").toBeTruthy();
  const provider = await startProvider();
  try {
    const env = {
      ...process.env,
      OPENAI_BASE_URL: `${provider.url}/v1`,
      OPENAI_API_KEY: "sk-not-a-real-key",
      OTEL_EXPORTER_OTLP_ENDPOINT: process.env.TELLTALE_URL,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${seed.project.secret}`,
      OTEL_SERVICE_NAME: "sdk-in-the-browser",
      OTEL_SEMCONV_STABILITY_OPT_IN: "gen_ai_latest_experimental",
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "SPAN_ONLY",
    };
    await promisify(execFile)(python ?? "", [script], { env });
  } finally {
    await provider.stop();
  }

  await page.goto("/calls?q=service%3Asdk-in-the-browser");
  const rows = page.getByRole("table", { name: "Calls" }).getByRole("row");
  await expect(rows).toHaveCount(5);
  const failed = rows.filter({ hasText: "gpt-4o-err429" });
  await expect(failed).toContainText("RateLimitError");
  await expect(failed).toContainText("unknown");
  await expect(rows.filter({ hasText: "Count to three." })).toContainText("$0.000027");
  await expect(rows.filter({ hasText: "weather in Paris?" })).toContainText("get_weather");
  await rows.filter({ hasText: "Say hello." }).getByRole("link").first().click();
  await expect(page.getByText("Be brief.").first()).toBeVisible();
  await expect(page.getByText("Hello, the weather in Paris is sunny.").first()).toBeVisible();
});
