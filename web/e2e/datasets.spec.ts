import { expect, test } from "./fixtures";

test("a dataset is created, filled by hand and from a file, changed and deleted", async ({ page }) => {
  await page.goto("/datasets");
  await page.getByRole("button", { name: "New dataset" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("questions");
  await dialog.getByRole("button", { name: "Create dataset" }).click();
  await expect(page.getByRole("heading", { name: "No items yet" })).toBeVisible();

  await page.getByRole("button", { name: "Add item" }).first().click();
  await dialog.getByLabel(/^Input/).fill("What is the capital of France?");
  await dialog.getByLabel(/^Expected output/).fill("Paris");
  await dialog.getByLabel(/^Metadata/).fill('{"level": 1}');
  await dialog.getByRole("button", { name: "Add item" }).click();
  const panel = page.getByRole("complementary", { name: /^Item/ });
  await expect(panel.getByRole("region", { name: "Expected output" })).toContainText("Paris");
  await expect(panel.getByRole("region", { name: "Metadata" })).toContainText('"level": 1');

  await panel.getByRole("button", { name: "Edit" }).click();
  await expect(dialog.getByLabel(/^Metadata/)).toHaveValue('{\n  "level": 1\n}');
  await dialog.getByLabel(/^Expected output/).fill("Paris, of course");
  await dialog.getByRole("button", { name: "Archived" }).click();
  await dialog.getByRole("button", { name: "Save item" }).click();
  await expect(panel.getByRole("region", { name: "Expected output" })).toContainText("of course");
  await expect(panel.getByText("Archived")).toBeVisible();

  await page.getByRole("button", { name: "Import" }).first().click();
  const lines = '{"id":"one","input":"1 + 1","expected":"2","topic":"sums"}\n{"input":{"q":"2 + 2"},"expected_output":4}\n';
  await dialog.getByLabel("File").setInputFiles({ name: "items.jsonl", mimeType: "application/jsonl", buffer: Buffer.from(lines) });
  await expect(dialog.getByRole("table", { name: "Preview" }).getByRole("row")).toHaveCount(3);
  await dialog.getByRole("button", { name: "Import 2 items" }).click();
  const rows = page.getByRole("table", { name: "Items" }).getByRole("row");
  await expect(rows).toHaveCount(4);
  await page.getByRole("group", { name: "Status" }).getByRole("button", { name: "Active" }).click();
  await expect(rows).toHaveCount(3);
  await rows.filter({ hasText: "1 + 1" }).getByRole("link").click();
  const imported = page.getByRole("complementary", { name: "Item one" });
  await expect(imported.getByRole("region", { name: "Metadata" })).toContainText('"topic": "sums"');
  await imported.getByRole("button", { name: "Delete this item" }).click();
  await imported.getByRole("button", { name: "Delete item" }).click();
  await expect(rows).toHaveCount(2);

  await page.getByRole("button", { name: "Delete this dataset" }).click();
  await dialog.getByRole("textbox").fill("questions");
  await dialog.getByRole("button", { name: "Delete dataset" }).click();
  await expect(page.getByRole("heading", { name: "No datasets yet" })).toBeVisible();
});

test("a file that cannot be read, and a name that is taken, are said why", async ({ page, seed }) => {
  await seed.post("/api/v1/datasets", { id: "d", name: "taken" });
  await page.goto("/datasets");
  await page.getByRole("button", { name: "New dataset" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("taken");
  await dialog.getByRole("button", { name: "Create dataset" }).click();
  await expect(dialog.getByRole("alert")).toContainText("exists already");

  await page.goto("/datasets/d");
  await page.getByRole("button", { name: "Import" }).first().click();
  await dialog.getByLabel("File").setInputFiles({ name: "x.jsonl", mimeType: "text/plain", buffer: Buffer.from('{"input":1}\nnot json') });
  await expect(dialog.getByRole("alert")).toContainText("Line 2 is not JSON.");
  await expect(dialog.getByRole("button", { name: "Import", exact: true })).toBeDisabled();
});
