import { expect, test } from "./fixtures";

test("a prompt is created, gets a second version, and what changed is shown", async ({ page, seed, request }) => {
  await page.goto("/prompts");
  await expect(page.getByRole("heading", { name: "No prompts yet" })).toBeVisible();
  await page.getByRole("button", { name: "New prompt" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("support/answer");
  await dialog.getByRole("textbox", { name: "Prompt" }).fill("Answer in English.\nBe brief, {{tone}}.");
  await dialog.getByLabel("Configuration").fill('{"model":"gpt-4o"}');
  await dialog.getByLabel("Labels").fill("production");
  await dialog.getByRole("button", { name: "Create prompt" }).click();

  await expect(page).toHaveURL(/\/prompts\/support%2Fanswer/);
  const version = page.getByRole("region", { name: "Version 1" });
  await expect(version.getByRole("list", { name: "Prompt" })).toContainText("{{tone}}");
  await page.getByRole("button", { name: "New version" }).click();
  await dialog.getByRole("textbox", { name: "Prompt" }).fill("Answer in French.\nBe brief, {{tone}}.");
  await dialog.getByLabel("What changed").fill("for France");
  await dialog.getByRole("button", { name: "Create version" }).click();

  const versions = page.getByRole("list", { name: "Versions" }).getByRole("listitem");
  await expect(versions).toHaveText([/v2.*latest.*for France/, /v1.*production/]);
  await page.getByRole("tab", { name: "Changes" }).click();
  const changes = page.getByRole("list", { name: "Changes of the prompt" });
  await expect(changes.locator(".removed mark")).toHaveText("English");
  await expect(changes.locator(".added mark")).toHaveText("French");

  await page.getByRole("button", { name: "Labels", exact: true }).click();
  await dialog.getByLabel("Labels").fill("production, staging");
  await dialog.getByRole("button", { name: "Set labels" }).click();
  await expect(versions).toHaveText([/v2.*latest.*production.*staging/, /v1/]);
  // What an application gets.
  const headers = { authorization: `Bearer ${seed.project.secret}` };
  const served = await request.get("/api/v1/prompts/support%2Fanswer?label=production", { headers });
  expect(await served.json()).toMatchObject({ version: 2, prompt: "Answer in French.\nBe brief, {{tone}}.", config: { model: "gpt-4o" } });

  await page.goto("/prompts");
  const row = page.getByRole("table", { name: "Prompts" }).getByRole("row").nth(1);
  await expect(row).toContainText(/support\/answer.*v2/);
  await row.getByRole("link").click();
  await page.getByRole("button", { name: "Delete this prompt" }).click();
  await dialog.getByRole("textbox").fill("support/answer");
  await dialog.getByRole("button", { name: "Delete prompt" }).click();
  await expect(page.getByRole("heading", { name: "No prompts yet" })).toBeVisible();
});

test("a chat prompt keeps what the editor does not show", async ({ page, seed }) => {
  const placeholder = { type: "placeholder", name: "history" };
  await seed.post("/api/v1/prompts", { name: "chat", prompt: [{ role: "system", content: "Old", type: "chatmessage" }, placeholder] });
  await page.goto("/prompts/chat");
  await page.getByRole("button", { name: "New version" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Text of message 1" }).fill("New");
  await dialog.getByRole("button", { name: "Add message" }).click();
  await dialog.getByRole("textbox", { name: "Text of message 3" }).fill("{{question}}");
  const stored = page.waitForResponse((response) => response.request().method() === "POST");
  await dialog.getByRole("button", { name: "Create version" }).click();
  expect(((await (await stored).json()) as { prompt: unknown }).prompt).toEqual([
    { role: "system", content: "New", type: "chatmessage" },
    placeholder,
    { role: "user", content: "{{question}}" },
  ]);
  await expect(page.getByRole("region", { name: "Version 2" }).getByRole("list", { name: "Prompt" }).getByRole("listitem")).toHaveCount(3);
});

test("a prompt that is not there is said not to be", async ({ page }) => {
  await page.goto("/prompts/nobody");
  await expect(page.getByRole("heading", { name: "No such prompt" })).toBeVisible();
});
