import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds a running server. */
const server = process.env.TELLTALE_URL ?? "http://127.0.0.1:8001";
const proxied = ["/api", "/health", "/docs", "/openapi.json"];

export default defineConfig({
  base: "/",
  plugins: [react()],
  build: {
    outDir: "dist",
    target: "es2023",
    // The content security policy allows no data: fonts or styles, so nothing may be inlined.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
  server: {
    // The Connect page shows docs/integrations.
    fs: { allow: [".."] },
    proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, changeOrigin: true }])),
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    // The test of a 100,000-span trace takes a second; a busy machine needs room.
    testTimeout: 20_000,
  },
});
