import type { APIRequestContext } from "@playwright/test";
import { call, expect, test, type Project } from "./fixtures";

interface Receipt {
  state: string;
  hidden_spans: number;
}

async function receipts(request: APIRequestContext, project: Project): Promise<Receipt[]> {
  const answer = await request.get("/api/v1/erasures", { headers: { "x-telltale-project": project.id } });
  expect(answer.status()).toBe(200);
  return ((await answer.json()) as { items: Receipt[] }).items;
}

async function users(request: APIRequestContext, project: Project): Promise<string[]> {
  const answer = await request.get("/api/v1/users", { headers: { "x-telltale-project": project.id } });
  return ((await answer.json()) as { items: { user_id: string }[] }).items.map((user) => user.user_id);
}

test("a user is erased from their row by typing the name, and the receipt follows the files", async ({ page, seed, request }) => {
  await seed.llm(call({ user_id: "ada" }));
  await seed.llm(call({ user_id: "ada", session_id: "s-2" }));
  await seed.llm(call({ user_id: "grace", session_id: "s-3" }));
  await page.goto("/users");
  await page.getByRole("button", { name: "Erase user ada" }).click();
  const dialog = page.getByRole("dialog");
  const confirm = dialog.getByRole("button", { name: "Erase", exact: true });
  await expect(confirm).toBeDisabled();
  await dialog.getByRole("textbox").fill("Ada");
  await expect(confirm).toBeDisabled();
  await dialog.getByRole("textbox").fill("ada");
  await confirm.click();
  await expect(dialog.getByRole("status")).toContainText("2 spans");
  await dialog.getByRole("button", { name: "Done" }).click();

  const table = page.getByRole("table", { name: "Users" });
  await expect(table.getByText("ada", { exact: true })).toHaveCount(0);
  await expect(table.getByText("grace", { exact: true })).toBeVisible();
  expect(await users(request, seed.project)).toEqual(["grace"]);

  await page.goto("/settings");
  const row = page.getByRole("table", { name: "Receipts" }).getByRole("row", { name: /User ada/ });
  await expect(row).toContainText("2");
  // The page asks again by itself until the files have lost the rows.
  await expect(row.getByText(/^(Rewritten|Erased)$/)).toBeVisible({ timeout: 45_000 });
  expect((await receipts(request, seed.project)).map((receipt) => receipt.hidden_spans)).toEqual([2]);
});

test("a trace is erased from its page", async ({ page, seed, request }) => {
  const stored = await seed.llm(call());
  const kept = await seed.llm(call({ user_id: "grace" }));
  await page.goto(`/traces/${stored.trace_id}`);
  await page.getByRole("button", { name: "Erase this trace" }).click();
  await page.getByRole("dialog").getByRole("textbox").fill("erase");
  await page.getByRole("dialog").getByRole("button", { name: "Erase", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await expect(page).toHaveURL(/\/traces$/);
  const headers = { "x-telltale-project": seed.project.id };
  expect((await request.get(`/api/v1/traces/${stored.trace_id}`, { headers })).status()).toBe(404);
  expect((await request.get(`/api/v1/traces/${kept.trace_id}`, { headers })).status()).toBe(200);
});

test("a filter that cannot be read erases nothing and says why", async ({ page, seed, request }) => {
  await seed.llm(call());
  await page.goto("/settings");
  const form = page.getByRole("form", { name: "Erase" });
  await form.getByRole("button", { name: "Filter" }).click();
  await form.getByLabel("Filter", { exact: true }).fill("cost>");
  await form.getByRole("button", { name: "Erase…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("erase");
  await dialog.getByRole("button", { name: "Erase", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("filter");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(await receipts(request, seed.project)).toEqual([]);
  expect(await users(request, seed.project)).toEqual(["ada"]);
});

test("a whole project is erased by its name and goes on", async ({ page, seed, request }) => {
  await seed.llm(call());
  await page.goto("/settings");
  await expect(page.getByText("Nothing was erased")).toBeVisible();
  const form = page.getByRole("form", { name: "Erase" });
  await form.getByRole("button", { name: "Whole project" }).click();
  await form.getByRole("button", { name: "Erase…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill(seed.project.name);
  await dialog.getByRole("button", { name: "Erase", exact: true }).click();
  await dialog.getByRole("button", { name: "Done" }).click();
  expect(await users(request, seed.project)).toEqual([]);
  await seed.llm(call({ user_id: "later" }));
  expect(await users(request, seed.project)).toEqual(["later"]);
});

test("retention is set, kept, and judged when rows come in", async ({ page, seed }) => {
  await page.goto("/settings");
  const form = page.getByRole("form", { name: "Retention" });
  const save = form.getByRole("button", { name: "Save" });
  await expect(save).toBeDisabled();
  await form.getByLabel("Spans", { exact: true }).fill("0");
  await expect(form.getByRole("alert")).toContainText("whole days");
  await expect(save).toBeDisabled();
  await form.getByLabel("Spans", { exact: true }).fill("30");
  await form.getByLabel("Most disk space").fill("2.5");
  await save.click();
  await expect(save).toBeDisabled();
  await page.reload();
  await expect(form.getByLabel("Spans", { exact: true })).toHaveValue("30");
  await expect(form.getByLabel("Most disk space")).toHaveValue("2.5");

  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const answer = await seed.post("/api/v1/ingest/llm/bulk", [call({ timestamp: daysAgo(40) }), call({ timestamp: daysAgo(3) })]);
  expect(answer).toMatchObject({
    accepted: 1,
    rejected: [{ index: 0, field: "timestamp", error: expect.stringContaining("retention") as unknown }],
  });
});
