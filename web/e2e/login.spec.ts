import { expect, test } from "./fixtures";

test("an ended session leads to the login and back to where one was", async ({ page }) => {
  let isSignedIn = false;
  await page.route("**/api/v1/projects", (route) =>
    isSignedIn
      ? route.continue()
      : route.fulfill({ status: 401, contentType: "application/problem+json", json: { title: "Unauthorized", status: 401 } }),
  );
  await page.route("**/api/v1/auth/login", (route) => {
    const { password } = route.request().postDataJSON() as { password: string };
    isSignedIn = password === "correct horse battery";
    return isSignedIn
      ? route.fulfill({ status: 204 })
      : route.fulfill({
          status: 401,
          contentType: "application/problem+json",
          json: { title: "Unauthorized", detail: "this is not the admin's password" },
        });
  });
  await page.goto("/logs?range=1h");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  const password = page.getByLabel("Admin password");
  await password.fill("guess");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("not the admin's password");
  await password.fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Logs" })).toBeVisible();
  await expect(page).toHaveURL(/\/logs\?range=1h/);
});

test("a server without an admin asks for the set-up", async ({ page }) => {
  await page.route("**/api/v1/auth/me", (route) =>
    route.fulfill({ json: { mode: "none", setup_required: true, project: null, scopes: [] } }),
  );
  await page.route("**/api/v1/projects", (route) => route.fulfill({ status: 401, json: { title: "Unauthorized", status: 401 } }));
  let sent: unknown = null;
  await page.route("**/api/v1/auth/setup", (route) => {
    sent = route.request().postDataJSON();
    return route.fulfill({ status: 204 });
  });
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Set up Telltale" })).toBeVisible();
  await page.getByLabel("Token from the log").fill("token-1");
  await page.getByLabel("Password at least 12 characters").fill("correct horse battery");
  const create = page.getByRole("button", { name: "Create the admin" });
  await expect(create).toBeDisabled();
  await page.getByLabel("Password, again").fill("correct horse battery");
  await create.click();
  await expect.poll(() => sent).toEqual({ token: "token-1", password: "correct horse battery" });
});
