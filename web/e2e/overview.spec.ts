import { call, expect, test } from "./fixtures";

test("an empty project says how to send the first call, and shows it when it comes", async ({ page, request }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Send your first call" })).toBeVisible();
  const command = page.getByLabel("curl command", { exact: true });
  await expect(command).toContainText("/api/v1/ingest/llm");
  await expect(command).toContainText(new URL(page.url()).origin);

  await page.getByRole("button", { name: "Create a key" }).click();
  await expect(command).not.toContainText("YOUR_KEY");
  const authorization = /Authorization: (Bearer [^']+)/.exec(await command.innerText())?.[1] ?? "";
  const body = /-d '([\s\S]*)'/.exec(await command.innerText())?.[1] ?? "";
  const answer = await request.post("/api/v1/ingest/llm", { headers: { authorization, "content-type": "application/json" }, data: body });
  expect(answer.status()).toBe(201);
  await expect(page.getByRole("heading", { name: "Providers and models" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Models" })).toContainText("gpt-4o-mini");
});

test("the overview sums what was sent", async ({ page, seed }) => {
  await seed.llm(call());
  await seed.llm(call({ provider: "anthropic", model: "claude-sonnet-4-5" }));
  await seed.llm(call({ status: "error", error_type: "RateLimitError", error_message: "slow down", response: null, output_tokens: null }));
  await seed.llm(call({ provider: "acme", model: "in-house-7b" }));
  await page.goto("/");
  const figures = page.getByLabel("Key figures");
  await expect(figures.locator(".kpi", { hasText: "Requests" }).locator(".kpi-value")).toHaveText("4");
  await expect(figures.locator(".kpi", { hasText: "Success rate" }).locator(".kpi-value")).toHaveText("75%");
  await expect(figures.locator(".kpi", { hasText: "Cost" })).toContainText("unpriced");
  const models = page.getByRole("region", { name: "Models" });
  await expect(models.getByRole("row", { name: /in-house-7b/ })).toContainText("unknown");
  await expect(models.getByRole("row", { name: /gpt-4o/ })).toContainText("openai");
  for (const title of ["Requests", "Cost", "Tokens", "Latency"]) {
    await expect(page.getByRole("region", { name: title, exact: true }).locator("canvas")).toBeVisible();
  }
});

test("recent activity is live, and can be paused", async ({ page, seed }) => {
  await seed.llm(call());
  await page.goto("/");
  const recent = page.getByRole("region", { name: "Recent activity" });
  await expect(recent.getByRole("button", { name: /^Live/ })).toBeVisible();
  await expect(recent.getByRole("listitem")).toHaveCount(1);
  await seed.llm(call({ model: "gpt-4o-mini" }));
  await expect(recent.getByRole("listitem")).toHaveCount(2);
  await expect(recent.getByRole("listitem").first()).toContainText("gpt-4o-mini");
  await recent.getByRole("button", { name: /^Live/ }).click();
  await expect(recent.getByRole("button", { name: "Go live" })).toBeVisible();
});

test("a failing answer is shown with a way to try again", async ({ page, seed }) => {
  await seed.llm(call());
  let isBroken = true;
  await page.route("**/api/v1/analytics/dashboard*", (route) =>
    isBroken
      ? route.fulfill({
          status: 400,
          contentType: "application/problem+json",
          json: { title: "Bad Request", status: 400, detail: "the range is too long", errors: [], request_id: "req-1" },
        })
      : route.continue(),
  );
  await page.goto("/");
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("the range is too long");
  await expect(alert).toContainText("req-1");
  isBroken = false;
  await alert.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByLabel("Key figures")).toBeVisible();
});
