import { call, expect, test } from "./fixtures";

/** One red pixel. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

test("a picture that the server keeps is shown in the conversation, and one that is gone is named", async ({ page, seed, request }) => {
  const headers = { authorization: `Bearer ${seed.project.secret}`, "content-type": "image/png" };
  const stored = await request.put("/api/v1/media/pixel", { headers, data: Buffer.from(PIXEL, "base64") });
  expect(stored.status()).toBe(200);
  const pictures = ["pixel", "gone"].map((id) => ({ type: "image_url", image_url: { url: `telltale-media:${id}` } }));
  const { trace_id, span_id } = await seed.llm(call({ messages: [{ role: "user", content: pictures }] }));
  await page.goto(`/traces/${trace_id}?span=${span_id}`);
  const conversation = page.getByRole("list", { name: "Conversation" });
  const image = conversation.getByRole("img");
  await expect(image).toHaveCount(1);
  expect(await image.evaluate((element: HTMLImageElement) => element.decode().then(() => element.naturalWidth))).toBe(1);
  await expect(conversation.getByRole("link", { name: "gone" })).toBeVisible();
});
