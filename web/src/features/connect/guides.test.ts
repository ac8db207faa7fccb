import { expect, it } from "vitest";
import { fillIn } from "./fill-in";
import { guideOf, guides, matching } from "./guides";

it("a page's first line is its title, its file's name the slug", () => {
  expect(guideOf("../docs/integrations/open-ai.md", "# OpenAI\n\nText.")).toEqual({ slug: "open-ai", title: "OpenAI", body: "\nText." });
});

it("this server and key take the place of those in the docs", () => {
  const text = "BASE=http://localhost:8001/api\nHOST=localhost:8001\nGRPC=http://localhost:4317\nKEY=YOUR_KEY";
  expect(fillIn(text, { url: "https://watch.example:8443", key: "tt_1" })).toBe(
    "BASE=https://watch.example:8443/api\nHOST=watch.example:8443\nGRPC=http://watch.example:4317\nKEY=tt_1",
  );
  expect(fillIn("YOUR_KEY", { url: "http://localhost:8001", key: null })).toBe("any");
});

it("every word must occur, in any case", () => {
  const all = [
    { slug: "a", title: "OpenAI", body: "Python and Node.js" },
    { slug: "b", title: "Langfuse", body: "Python" },
  ];
  expect(matching(all, "python").map(({ slug }) => slug)).toEqual(["a", "b"]);
  expect(matching(all, "NODE openai").map(({ slug }) => slug)).toEqual(["a"]);
});

it("every page of the docs says where this server is, in a form that is filled in", () => {
  for (const { slug, title, body } of guides) {
    expect(title, slug).not.toBe(slug);
    expect(body, slug).toMatch(/localhost:(8001|4317)/);
  }
});
