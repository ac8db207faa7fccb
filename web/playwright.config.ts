import { defineConfig } from "@playwright/test";

/** A running server: `TELLTALE_URL=http://127.0.0.1:8001 npm run e2e`. */
const baseURL = process.env.TELLTALE_URL ?? "http://127.0.0.1:8001";

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: [["list"]],
  use: {
    baseURL,
    viewport: { width: 1440, height: 900 },
    locale: "en-US",
    timezoneId: "UTC",
    screenshot: "only-on-failure",
    trace: "off",
    launchOptions: {
      executablePath: process.env.TELLTALE_CHROMIUM ?? "/usr/bin/chromium",
      // The tests use loopback only: the browser must not look for anything else.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
