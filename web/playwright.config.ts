import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "e2e",
  // Starts the binary that TELLTALE_BINARY names; or TELLTALE_URL names a running server.
  globalSetup: "./e2e/global-setup.ts",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: [["list"]],
  use: {
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
