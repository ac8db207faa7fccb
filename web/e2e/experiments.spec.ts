import { call, expect, test, type Seeder } from "./fixtures";

interface Case {
  name: string;
  success: boolean;
  value: number;
}

async function experiment(seed: Seeder, id: string, name: string, cases: Case[], trace?: string): Promise<void> {
  await seed.post("/api/v1/experiments", { id, name, metadata: { model: name } });
  const results = cases.map((one, index) => ({
    id: `${id} ${index}`,
    name: one.name,
    input: `question of ${one.name}`,
    output: `${name} answers ${one.name}`,
    expected_output: "an answer",
    ...(trace ? { trace_id: trace } : {}),
    verdicts: [
      { name: "relevancy", value: one.value, threshold: 0.5, success: one.success, reason: `because of ${one.name}`, model: "judge-1" },
    ],
  }));
  await seed.post(`/api/v1/experiments/${id}/results`, { results });
}

test("an experiment shows what failed and why, and leads to its trace", async ({ page, seed }) => {
  const { trace_id } = await seed.llm(call());
  const cases = [
    { name: "first", success: true, value: 0.9 },
    { name: "second", success: false, value: 0.2 },
    { name: "third", success: true, value: 0.7 },
  ];
  await experiment(seed, "e1", "nightly", cases, trace_id);
  await page.goto("/experiments");
  const row = page.getByRole("table", { name: "Experiments" }).getByRole("row").nth(1);
  await expect(row).toContainText(/nightly.*66\.67%.*relevancy.*0\.6/);
  await row.getByRole("link").click();

  const summary = page.locator(".summary-cards");
  await expect(summary).toContainText("2 passed · 1 failed");
  await expect(summary).toContainText("mean · 2 of 3 passed");
  const rows = page.getByRole("table", { name: "Results" }).getByRole("row");
  await expect(rows).toHaveCount(4);
  await page.getByRole("group", { name: "Results" }).getByRole("button", { name: "Failed" }).click();
  await expect(rows).toHaveCount(2);
  await rows.nth(1).getByRole("link").click();
  const panel = page.getByRole("complementary", { name: "Result second" });
  await expect(panel.getByRole("list", { name: "Verdicts" })).toContainText(/relevancy.*0\.2.*needs 0\.5.*Failed.*because of second/);
  await expect(panel.getByRole("region", { name: "Output", exact: true })).toContainText("nightly answers second");
  await panel.getByRole("link", { name: "Trace" }).click();
  await expect(page).toHaveURL(new RegExp(`/traces/${trace_id}`));

  await page.goto("/experiments/e1");
  await page.getByRole("button", { name: "Delete this experiment" }).click();
  await page.getByRole("dialog").getByRole("textbox").fill("nightly");
  await page.getByRole("dialog").getByRole("button", { name: "Delete experiment" }).click();
  await expect(page.getByRole("heading", { name: "No experiments yet" })).toBeVisible();
});

test("two experiments are compared case by case", async ({ page, seed }) => {
  await experiment(seed, "a", "old model", [
    { name: "first", success: true, value: 0.9 },
    { name: "second", success: false, value: 0.2 },
    { name: "only old", success: true, value: 0.8 },
  ]);
  await experiment(seed, "b", "new model", [
    { name: "second", success: true, value: 0.8 },
    { name: "first", success: false, value: 0.1 },
  ]);
  await page.goto("/experiments");
  const compare = page.getByRole("button", { name: "Compare", exact: true });
  await expect(compare).toBeDisabled();
  await page.getByRole("checkbox", { name: "Compare new model" }).check();
  await page.getByRole("checkbox", { name: "Compare old model" }).check();
  await compare.click();
  // The older one is A.
  await expect(page).toHaveURL(/a=a&b=b/);
  await expect(page.getByRole("table", { name: "Figures" }).getByRole("row", { name: /^Pass rate/ })).toContainText("−16.67 pp");
  await expect(page.getByRole("status")).toHaveText("1 worse · 1 better");
  const rows = page.getByRole("table", { name: "Cases" }).getByRole("row");
  await expect(rows).toHaveCount(4);
  await expect(rows.filter({ hasText: "only old" })).toContainText("Only in A");
  await page.getByRole("group", { name: "Cases" }).getByRole("button", { name: "Worse" }).click();
  await expect(rows).toHaveCount(2);
  await rows.nth(1).getByRole("button", { name: "first" }).click();
  const panel = page.getByRole("complementary", { name: "Case" });
  await expect(panel.getByRole("region", { name: "Output A" })).toContainText("old model answers first");
  await expect(panel.getByRole("region", { name: "Output B" })).toContainText("new model answers first");
  await page.getByRole("button", { name: "Swap" }).click();
  await expect(page.getByRole("table", { name: "Figures" }).getByRole("row", { name: /^Pass rate/ })).toContainText("+16.67 pp");
});
