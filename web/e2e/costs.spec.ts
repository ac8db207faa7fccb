import { readFileSync } from "node:fs";
import { call, expect, test } from "./fixtures";

test("costs are split, lead to their calls, and say what is not in them", async ({ page, seed }) => {
  await seed.llm(call({ model: "gpt-4o", user_id: "ada", input_tokens: 1_000, output_tokens: 100 }));
  await seed.llm(call({ model: "gpt-4o-mini", user_id: "bob", input_tokens: 1_000, output_tokens: 100 }));
  await seed.llm(call({ model: "my-own-model", user_id: "bob", input_tokens: 7, output_tokens: 1, cost_usd: undefined }));
  await page.goto("/costs");
  const totals = page.getByLabel("Totals");
  await expect(totals).toContainText("66.67%");
  await expect(totals).toContainText("1 of 3 calls unpriced, left out");
  await expect(totals).toContainText("a forecast needs three whole days");
  const rows = page.getByRole("table", { name: "Costs by group" }).getByRole("row");
  await expect(rows).toHaveCount(4);
  await expect(rows.nth(1)).toContainText(/^gpt-4o\$0\.0035/);
  await expect(rows.nth(3)).toContainText(/my-own-model.*unknown/);
  const unpriced = page.getByRole("table", { name: "Unpriced models" }).getByRole("row").nth(1);
  await expect(unpriced).toContainText(/my-own-model.*no price for this model/);

  await page.getByLabel("Split by").selectOption("user");
  await expect(page).toHaveURL(/by=user/);
  await expect(rows.nth(1)).toContainText(/^ada/);
  await expect(rows.nth(2)).toContainText(/^bob≥ /);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV by day" }).click();
  const file = readFileSync(await (await download).path(), "utf8").split("\r\n");
  expect(file[0]).toMatch(/^time,user,requests,/);
  expect(file.slice(1, 3).map((line) => line.split(",")[1])).toEqual(["ada", "bob"]);

  await rows.nth(1).getByRole("link").click();
  await expect(page).toHaveURL(/\/calls\?.*q=user%3Aada/);
});

test("a model without a price gets one, and its next call is priced", async ({ page, seed }) => {
  const unknown = call({ provider: "vllm", model: "my-own-model", input_tokens: 1_000, output_tokens: 100 });
  await seed.llm(unknown);
  await page.goto("/costs");
  await page.getByRole("button", { name: "Add a price" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Input", { exact: true }).fill("2");
  await expect(dialog.getByRole("button", { name: "Add price" })).toBeDisabled();
  await dialog.getByLabel("Output", { exact: true }).fill("10");
  await dialog.getByRole("button", { name: "Add price" }).click();
  await expect(dialog).toBeHidden();
  const { cost_usd } = await seed.llm(unknown);
  expect(cost_usd).toBe(0.003);
  await page.reload();
  const row = page.getByRole("table", { name: "Costs by group" }).getByRole("row").nth(1);
  await expect(row).toContainText(/my-own-model≥ \$0\.003.*50%/);
});

test("a time range without calls says so", async ({ page }) => {
  await page.goto("/costs");
  await expect(page.getByText("No model calls in this time range")).toBeVisible();
});
