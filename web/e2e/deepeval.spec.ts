/** What DeepEval's SDK sent, as it was recorded, in the dashboard. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { APIRequestContext } from "@playwright/test";
import { expect, test, type Project } from "./fixtures";

interface Answer {
  success: boolean;
  data: { id: string };
  link: string;
}

/** A recorded body, as if it had been sent just now, with a trace id of its own. */
function recorded(name: string): string {
  const body = readFileSync(join(import.meta.dirname, "../../fixtures/captures", name), "utf8");
  const day = new Date(Date.now() - 60_000).toISOString().slice(0, 19);
  const uuids = [...body.matchAll(/"uuid": ?"([0-9a-f-]{36})", ?"(?:baseSpans|agentSpans)"/g)].map((match) => match[1] ?? "");
  return uuids.reduce((text, uuid) => text.replaceAll(uuid, randomUUID()), body.replace(/2026-11-27T\d\d:\d\d:\d\d/g, day));
}

/** As the SDK sends it: its key header, no other. */
async function send(request: APIRequestContext, project: Project, path: string, body: string, method = "POST"): Promise<Answer> {
  const headers = { "confident-api-key": project.secret, "x-deepeval-version": "4.3.1", "content-type": "application/json" };
  const response = await request.fetch(path, { method, headers, data: body });
  const answer = (await response.json()) as Answer;
  expect(answer.success, JSON.stringify(answer)).toBe(true);
  return answer;
}

test("the link that DeepEval prints opens the trace: tree, conversation, scores", async ({ page, request, seed }) => {
  const answer = await send(request, seed.project, "/v1/traces", recorded("deepeval-agent_POST_v1_traces.json"));
  // The link names its project: whoever follows it may have another one open.
  await page.addInitScript(() => localStorage.removeItem("telltale.project"));
  await page.goto(answer.link);
  await expect(page.getByRole("heading", { name: "travel-agent", level: 1 })).toBeVisible();
  const tree = page.getByRole("tree");
  for (const name of ["travel-agent", "search", "get_weather", "parse"]) await expect(tree.getByText(name, { exact: true })).toBeVisible();

  await tree.getByText("llm_generation").first().click();
  const conversation = page.getByRole("list", { name: "Conversation" });
  await expect(conversation.getByText("Be brief.")).toBeVisible();
  await expect(conversation.getByRole("region", { name: "Tool call get_weather" })).toContainText('"city": "Paris"');
  await expect(page.getByText("100 in · 20 out")).toBeVisible();
  await expect(page.getByText("$0.000027").first()).toBeVisible();

  await tree.getByText("travel-agent").click();
  await page.getByRole("tab", { name: /Scores/ }).click();
  const scores = page.getByRole("list", { name: "Scores and comments" });
  await expect(scores.getByText("0.75 · pass")).toBeVisible();
  await expect(scores.getByText("of at least 0.5")).toBeVisible();
  await expect(scores.getByText("long enough")).toBeVisible();
});

test("an image that came with a trace is shown", async ({ page, request, seed }) => {
  const answer = await send(request, seed.project, "/v1/traces", recorded("deepeval-image_POST_v1_traces.json"));
  await page.goto(answer.link);
  const image = page.getByRole("img", { name: "image/png" });
  await expect(image).toBeVisible();
  expect(await image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(1);
});

test("a test run shows what passed, what failed and why", async ({ page, request, seed }) => {
  const answer = await send(request, seed.project, "/v1/test-run", recorded("deepeval-run_POST_v1_test_run.json"));
  // The SDK sends the cases of a run in several requests.
  const rest = recorded("deepeval-run_PUT_v1_test_run.json").replace(/("testRunId": ")[0-9a-f]+/, `$1${answer.data.id}`);
  await send(request, seed.project, "/v1/test-run", rest, "PUT");

  await page.goto("/experiments");
  await page.getByRole("table", { name: "Experiments" }).getByRole("link", { name: "nightly" }).click();
  expect(new URL(answer.link).pathname).toBe(new URL(page.url()).pathname);
  await page.goto(answer.link);
  await expect(page.getByRole("heading", { name: "nightly", level: 1 })).toBeVisible();
  const summary = page.locator(".summary-cards");
  await expect(summary).toContainText("0 passed · 3 failed");
  await expect(summary).toContainText(/Politeness \[GEval\].*3 of 3 passed/);
  const rows = page.getByRole("table", { name: "Results" }).getByRole("row");
  await expect(rows).toHaveCount(4);
  await page.getByRole("button", { name: "Parameters" }).click();
  await expect(page.getByText("gpt-4o-mini")).toBeVisible();
  await page.keyboard.press("Escape");

  await rows.filter({ hasText: "greeting" }).getByRole("link").click();
  const panel = page.getByRole("complementary", { name: "Result greeting" });
  const verdicts = panel.getByRole("list", { name: "Verdicts" });
  await expect(verdicts).toContainText(/Pattern Match.*0.*needs 1.*Failed.*does not match the pattern/);
  await expect(verdicts).toContainText(/Politeness \[GEval\].*0\.7.*needs 0\.6.*Passed.*Polite, but short\..*scripted-judge/);
  await expect(panel.getByRole("region", { name: "Input", exact: true })).toContainText("Say hello.");
  await expect(panel.getByRole("region", { name: "Output", exact: true })).toContainText("Hello there, my friend.");
  await expect(panel.getByRole("region", { name: "Context", exact: true })).toContainText("People say hello.");
});

test("an image of a test case is shown beside it", async ({ page, request, seed }) => {
  const answer = await send(request, seed.project, "/v1/test-run", recorded("deepeval-image_POST_v1_test_run.json"));
  await page.goto(answer.link);
  await page.getByRole("table", { name: "Results" }).getByRole("row").nth(1).getByRole("link").click();
  const image = page.getByRole("region", { name: "Context", exact: true }).getByRole("img", { name: "image/png" });
  await expect(image).toBeVisible();
  expect(await image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(1);
});
