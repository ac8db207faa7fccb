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

  await page.goto("/calls?filter=service%3Asdk-in-the-browser");
  await expect(page.getByText("Count to three.")).toBeVisible();
  await expect(page.getByText("gpt-4o-err429").first()).toBeVisible();
  await expect(page.getByText("$0.000027").first()).toBeVisible();
  await page.getByText("Say hello.").click();
  await expect(page.getByText("Be brief.").first()).toBeVisible();
  await expect(page.getByText("$0.000027").first()).toBeVisible();
});
