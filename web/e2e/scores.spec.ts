import { call, expect, test } from "./fixtures";

test("a call is scored, commented on and bookmarked, and found by it", async ({ page, seed }) => {
  const { trace_id, span_id } = await seed.llm(call());
  await seed.llm(call({ user_id: "grace" }));
  await page.goto(`/traces/${trace_id}?span=${span_id}&tab=scores`);
  await expect(page.getByText("No scores and no comments yet.")).toBeVisible();

  await page.getByRole("textbox", { name: "Name of the score" }).fill("quality");
  await page.getByRole("textbox", { name: "Number or label" }).fill("0.25");
  await page.getByRole("textbox", { name: "Reason" }).fill("too short");
  await page.getByRole("button", { name: "Add score" }).click();
  const list = page.getByRole("list", { name: "Scores and comments" });
  await expect(list.getByRole("listitem")).toHaveText([/quality.*0\.25.*reviewer.*too short/]);

  await page.getByRole("group", { name: "What to add" }).getByRole("button", { name: "Comment" }).click();
  await page.getByRole("textbox", { name: "Comment" }).fill("Please review the refund answer");
  await page.getByRole("button", { name: "Add comment" }).click();
  await expect(list.getByRole("listitem")).toHaveCount(2);

  await page.getByRole("button", { name: "Bookmark this span" }).click();
  await expect(page.getByRole("button", { name: "Remove the bookmark of this span", pressed: true })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "Remove the bookmark of this span", pressed: true })).toBeVisible();

  const rows = page.getByRole("table", { name: "Calls" }).getByRole("row");
  await page.goto("/calls");
  await expect(rows).toHaveCount(3);
  const scored = rows.filter({ has: page.getByRole("img", { name: "Bookmarked" }) });
  await expect(scored).toHaveCount(1);
  await expect(scored).toContainText("quality 0.25");
  await expect(scored).toContainText("1 comment");
  for (const filter of ["bookmarked:true", "score.quality<0.5", "comment:refund", "-score.quality>0.5 comment:*"]) {
    await page.goto(`/calls?${new URLSearchParams({ q: filter })}`);
    await expect(rows, filter).toHaveCount(2);
  }
  await page.goto("/calls?q=score.quality%3E0.5");
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();

  await page.goto(`/traces/${trace_id}?span=${span_id}&tab=scores`);
  await page.getByRole("button", { name: "Remove this comment" }).click();
  await expect(list.getByRole("listitem")).toHaveCount(1);
  await page.getByRole("button", { name: "Remove the bookmark of this span" }).click();
  await expect(page.getByRole("button", { name: "Bookmark this span", pressed: false })).toBeVisible();
});

test("facts about traces and sessions are shown on them", async ({ page, seed }) => {
  const { trace_id } = await seed.llm(call());
  await seed.post("/api/v1/scores", [
    { trace_id, name: "solved", label: "yes", source: "judge", author: "gpt-4o" },
    { session_id: "s-1", name: "mood", value: 0.9 },
  ]);
  await page.goto("/traces");
  await expect(page.getByRole("table", { name: "Traces" }).getByRole("row").nth(1)).toContainText("solved yes");
  await page.goto("/sessions?q=score.mood%3E0.5");
  await expect(page.getByRole("table", { name: "Sessions" }).getByRole("row").nth(1)).toContainText("mood 0.9");

  await page.goto(`/traces/${trace_id}`);
  await expect(page.getByTitle("solved yes, by gpt-4o (judge)")).toBeVisible();
  await page.getByRole("button", { name: "Bookmark this trace" }).click();
  await expect(page.getByRole("button", { name: "Remove the bookmark of this trace", pressed: true })).toBeVisible();
  await page.goto("/traces?q=bookmarked%3Atrue");
  await expect(page.getByRole("img", { name: "Bookmarked" })).toHaveCount(1);
});

test("what a filter looks for is marked, in lists and in the conversation", async ({ page, seed }) => {
  const long = `${"The weather is fine.\n".repeat(60)}A refund takes thirty days.`;
  await seed.llm(call({ messages: [{ role: "user", content: "Refund, please!" }], response: long }));
  await page.goto("/calls?q=refund+%22thirty+days%22");
  const table = page.getByRole("table", { name: "Calls" });
  await expect(table.locator("mark")).toHaveText(["Refund"]);

  await table.getByRole("link").first().click();
  const conversation = page.getByRole("list", { name: "Conversation" });
  await expect(conversation.locator("mark")).toHaveText(["Refund", "refund", "thirty days"]);
  const bar = page.getByRole("group", { name: "Matches of the filter" });
  await expect(bar.getByRole("status")).toHaveText("3 matches");
  await page.keyboard.press("n");
  await expect(bar.getByRole("status")).toHaveText("1 of 3");
  await bar.getByRole("button", { name: "Previous match (N)" }).click();
  await expect(bar.getByRole("status")).toHaveText("3 of 3");
  await expect(conversation.locator("mark.current")).toHaveText("thirty days");
  await expect(conversation.locator("mark.current")).toBeInViewport();
});
