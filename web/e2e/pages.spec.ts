import { call, expect, test } from "./fixtures";

test("errors are grouped and lead to their calls", async ({ page, seed }) => {
  const failed = { status: "error", error_type: "RateLimitError", error_message: "slow down", response: null, output_tokens: null };
  await seed.llm(call(failed));
  await seed.llm(call(failed));
  await seed.llm(call());
  await page.goto("/errors");
  const groups = page.getByRole("list", { name: "Error groups" }).getByRole("listitem");
  await expect(groups).toHaveCount(1);
  await expect(groups).toContainText("slow down");
  await expect(groups.locator(".error-count b")).toHaveText("2");
  await groups.getByRole("link", { name: "RateLimitError" }).click();
  await expect(page.getByRole("table", { name: "Calls" }).getByRole("row")).toHaveCount(3);
});

test("logs are filtered by level, opened, and lead to their trace", async ({ page, seed }) => {
  const { trace_id } = await seed.llm(call());
  await seed.post("/api/v1/ingest/app", [
    { level: "INFO", message: "worker started", service: "gateway" },
    { level: "ERROR", message: "connection reset", service: "gateway", trace_id, attributes: { attempt: 3 } },
  ]);
  await page.goto("/logs");
  const rows = page.getByRole("table", { name: "Logs" }).getByRole("row");
  await expect(rows).toHaveCount(3);
  await page.getByRole("button", { name: "Error +" }).click();
  await expect(rows).toHaveCount(2);
  await rows.nth(1).getByRole("button", { name: "connection reset" }).click();
  await expect(page.getByRole("dialog")).toContainText('"attempt": 3');
  await page.getByRole("dialog").getByRole("link", { name: "Open the trace" }).click();
  await expect(page).toHaveURL(new RegExp(`/traces/${trace_id}`));
});

test("metrics are listed and drawn", async ({ page, seed }) => {
  await seed.post(
    "/api/v1/ingest/metrics",
    [1, 2, 3].map((value) => ({ name: "queue.depth", value, type: "gauge", tags: { queue: "mail" } })),
  );
  await page.goto("/app-metrics");
  await expect(page.getByRole("button", { name: /queue\.depth/ })).toBeVisible();
  await expect(page.getByRole("figure", { name: "queue.depth over time" }).locator("canvas")).toBeVisible();
  await expect(page.getByText("queue=mail")).toBeVisible();
});

test("sessions and users lead to their traces", async ({ page, seed }) => {
  await seed.llm(call({ session_id: "chat 42", user_id: "grace" }));
  await seed.llm(call({ session_id: "other", user_id: "ada" }));
  await page.goto("/sessions");
  await page.getByRole("link", { name: "chat 42" }).click();
  await expect(page.getByRole("combobox", { name: "Filter" })).toHaveValue('session:"chat 42"');
  await expect(page.getByRole("table", { name: "Traces" }).getByRole("row")).toHaveCount(2);
  await page.goto("/users");
  await page.getByRole("link", { name: "grace" }).click();
  await expect(page.getByRole("table", { name: "Traces" }).getByRole("row")).toHaveCount(2);
});

test("the system page shows the store", async ({ page, seed }) => {
  await seed.llm(call());
  await page.goto("/system");
  await expect(page.getByRole("region", { name: "Store" })).toContainText("Spans");
  await expect(page.getByRole("meter", { name: "Compaction debt" })).toBeAttached();
});

test("every page can be reached from the navigation, and an unknown address says so", async ({ page, seed }) => {
  await seed.llm(call());
  await page.goto("/?range=1h");
  const navigation = page.getByRole("navigation", { name: "Main" });
  for (const name of [
    "Calls",
    "Traces",
    "Costs",
    "Errors",
    "Sessions",
    "Users",
    "Logs",
    "Metrics",
    "SQL",
    "Connect",
    "Projects & keys",
    "System",
    "Overview",
  ]) {
    await navigation.getByRole("link", { name, exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await expect(page).toHaveURL(/range=1h/);
  }
  await page.goto("/nowhere");
  await expect(page.getByRole("heading", { name: "No such page" })).toBeVisible();
});
