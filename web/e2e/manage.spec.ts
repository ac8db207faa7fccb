import { call, expect, test } from "./fixtures";

test("a key is created, shown once, works, and is deleted", async ({ page, seed, request }) => {
  await page.goto("/projects");
  const project = page.getByRole("region", { name: `Project ${seed.project.name}` });
  await project.getByRole("button", { name: "New key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("production");
  await dialog.getByRole("button", { name: "Create key" }).click();
  const secret = (await dialog.getByLabel("key", { exact: true }).innerText()).trim();
  await expect(dialog.getByLabel("environment variables", { exact: true })).toContainText(secret);
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText(secret)).toHaveCount(0);

  const send = () => request.post("/api/v1/ingest/llm", { headers: { authorization: `Bearer ${secret}` }, data: call() });
  expect((await send()).status()).toBe(201);

  const row = project.getByRole("row", { name: /production/ });
  await row.getByRole("button", { name: "Delete key production" }).click();
  await row.getByRole("button", { name: "Delete key", exact: true }).click();
  await expect(row).toHaveCount(0);
});

test("a project is created, chosen, and deleted by typing its name", async ({ page, request }) => {
  const name = `made by hand ${Date.now()}`;
  await page.goto("/projects");
  await page.getByRole("button", { name: "New project" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: "Create project" }).click();
  const project = page.getByRole("region", { name: `Project ${name}` });
  await project.getByRole("button", { name: "Show" }).click();
  await expect(page.getByRole("button", { name: `Project: ${name}` })).toBeVisible();

  await project.getByRole("button", { name: `Delete project ${name}` }).click();
  const dialog = page.getByRole("dialog");
  const confirm = dialog.getByRole("button", { name: "Delete project" });
  await expect(confirm).toBeDisabled();
  await dialog.getByRole("textbox").fill(name);
  await confirm.click();
  await expect(project).toHaveCount(0);
  const listed = (await (await request.get("/api/v1/projects")).json()) as { items: { name: string }[] };
  expect(listed.items.map((item) => item.name)).not.toContain(name);
});

test("the theme is chosen and kept", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/connect");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: "Theme: system" }).click();
  await page.getByRole("button", { name: "Theme: light" }).click();
  await expect(page.getByRole("button", { name: "Theme: dark" })).toBeVisible();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  expect(await background()).toBe(dark);
});

test("the system's preference is followed", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/connect");
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).not.toBe(dark);
});
