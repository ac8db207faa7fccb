import { call, expect, test } from "./fixtures";

test("calls are filtered by the language, by facets, and from the address", async ({ page, seed }) => {
  await seed.llm(call());
  await seed.llm(call({ model: "gpt-4o-mini", user_id: "grace" }));
  await seed.llm(
    call({
      model: "gpt-4o-mini",
      status: "error",
      error_type: "RateLimitError",
      error_message: "slow down",
      response: null,
      output_tokens: null,
    }),
  );
  await page.goto("/calls");
  const rows = page.getByRole("table", { name: "Calls" }).getByRole("row");
  await expect(rows).toHaveCount(4);

  const box = page.getByRole("combobox", { name: "Filter" });
  await box.fill("status:error");
  await box.press("Enter");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText("RateLimitError");
  await expect(page).toHaveURL(/q=status%3Aerror/);

  await page.goto("/calls?q=user%3Agrace");
  await expect(rows).toHaveCount(2);
  await page.getByRole("button", { name: "Clear the filter" }).click();
  await expect(rows).toHaveCount(4);

  await page.getByRole("button", { name: "Model", exact: true }).click();
  await page.getByRole("checkbox", { name: /gpt-4o-mini/ }).check();
  await expect(rows).toHaveCount(3);
  await expect(box).toHaveValue("model:gpt-4o-mini");
});

test("fields and values are suggested", async ({ page, seed }) => {
  await seed.llm(call({ environment: "staging" }));
  await page.goto("/calls");
  const box = page.getByRole("combobox", { name: "Filter" });
  await box.pressSequentially("en");
  await expect(page.getByRole("option", { name: /^env/ })).toBeVisible();
  await box.press("Tab");
  await expect(box).toHaveValue("env:");
  await page.getByRole("option", { name: /staging/ }).click();
  await box.press("Enter");
  await expect(page).toHaveURL(/q=env%3Astaging/);
  await expect(page.getByRole("table", { name: "Calls" }).getByRole("row")).toHaveCount(2);
});

test("a filter that cannot be read is explained at its place", async ({ page, seed }) => {
  await seed.llm(call());
  await page.goto("/calls?q=status%3Aok+colour%3Ared");
  const problem = page.getByRole("alert");
  await expect(problem).toContainText("unknown field");
  await expect(problem.locator("mark")).toHaveText("c");
});

test("nothing found is not an empty project", async ({ page, seed }) => {
  await seed.llm(call());
  await page.goto("/calls?q=user%3Anobody");
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
});

test("new calls arrive while the list is live", async ({ page, seed }) => {
  await seed.llm(call());
  await page.goto("/calls");
  const rows = page.getByRole("table", { name: "Calls" }).getByRole("row");
  await expect(rows).toHaveCount(2);
  await page.getByRole("button", { name: "Go live" }).click();
  await expect(page.getByRole("button", { name: /^Live/ })).toBeVisible();
  await seed.llm(call({ model: "gpt-4o-mini" }));
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(1)).toContainText("gpt-4o-mini");
});

test("long lists load as they are scrolled", async ({ page, seed }) => {
  const logs = Array.from({ length: 250 }, (_, index) => call({ user_id: `user-${index}` }));
  await seed.post("/api/v1/ingest/llm/bulk", { logs });
  await page.goto("/calls");
  const table = page.getByRole("table", { name: "Calls" });
  await expect(table.getByRole("row").nth(5)).toBeVisible();
  await expect(async () => {
    await table.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await expect(table.getByText("End of the time range")).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(table).toHaveAttribute("aria-rowcount", "251");
});
