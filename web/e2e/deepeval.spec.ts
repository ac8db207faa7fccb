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
async function send(request: APIRequestContext, project: Project, path: string, body: string): Promise<Answer> {
  const headers = { "confident-api-key": project.secret, "x-deepeval-version": "4.3.1", "content-type": "application/json" };
  const response = await request.post(path, { headers, data: body });
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
