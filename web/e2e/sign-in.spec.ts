/** Signing in for real: a server with an admin, and one that has none yet. */
import { expect, test } from "@playwright/test";
import { startTelltale } from "./server";

const PASSWORD = "correct horse battery";

test("the admin signs in, sees the dashboard, and signs out", async ({ page }) => {
  const server = await startTelltale({ TELLTALE_ADMIN_PASSWORD: PASSWORD });
  try {
    await page.goto(server.url);
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await page.getByLabel("Admin password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    await page.getByLabel("Admin password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
    const cookie = (await page.context().cookies()).find(({ name }) => name === "telltale_session");
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  } finally {
    await server.stop();
  }
});

test("the one-time token of the log sets the first password, once", async ({ page }) => {
  const server = await startTelltale({}, "0.0.0.0:0");
  try {
    const line = server.log.find((text) => text.includes("/setup?token="));
    const token = /token=(\S+?)\s/.exec(`${line} `)?.[1] ?? "";
    expect(token).not.toBe("");
    await page.goto(server.url.replace("0.0.0.0", "127.0.0.1"));
    await page.getByLabel("Token from the log").fill(token);
    await page.getByLabel("Password at least 12 characters").fill(PASSWORD);
    await page.getByLabel("Password, again").fill(PASSWORD);
    await page.getByRole("button", { name: "Create the admin" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
    const again = await page.request.post(`${new URL(page.url()).origin}/api/v1/auth/setup`, {
      data: { token, password: PASSWORD },
      failOnStatusCode: false,
    });
    expect(again.status()).toBeGreaterThanOrEqual(400);
  } finally {
    await server.stop();
  }
});
