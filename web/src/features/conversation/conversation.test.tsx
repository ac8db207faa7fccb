import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { selectProject } from "../../api/client";
import type { Message } from "../../api/types";
import { Conversation } from "./conversation";
import { cutAt } from "./long-text";
import { parsedIfJson, textOf } from "./text";

afterEach(cleanup);

const text = (role: string, words: string): Message => ({ role, parts: [{ type: "text", text: words }] });

describe("a conversation", () => {
  it("shows roles, tool calls with arguments, results, reasoning, refusals and the answer", () => {
    render(
      <Conversation
        system={[text("system", "Be brief.")]}
        input={[
          text("user", "Where is my order?"),
          {
            role: "assistant",
            parts: [
              { type: "reasoning", text: "Look it up." },
              { type: "tool_call", id: "c1", name: "lookup", arguments: { order: 7 } },
            ],
          },
          { role: "tool", parts: [{ type: "tool_result", id: "c1", result: '{"state":"sent"}' }] },
        ]}
        output={[{ role: "assistant", finish_reason: "stop", parts: [{ type: "refusal", text: "I cannot say." }] }]}
      />,
    );
    const messages = screen.getAllByRole("listitem");
    expect(messages.map((message) => within(message).getByText(/^(System|User|Assistant|Tool)$/).textContent)).toEqual([
      "System",
      "User",
      "Assistant",
      "Tool",
      "Assistant",
    ]);
    expect(screen.getByRole("region", { name: "Tool call lookup" }).textContent).toContain('"order": 7');
    expect(screen.getByRole("region", { name: "Tool result" }).textContent).toContain('"state": "sent"');
    expect(screen.getByText("Look it up.")).toBeTruthy();
    expect(within(screen.getByRole("note", { name: "Refusal" })).getByText("I cannot say.")).toBeTruthy();
    expect(screen.getByText("Answer")).toBeTruthy();
    expect(screen.getByText("stop")).toBeTruthy();
  });

  it("does not load media from elsewhere, and names unknown roles and parts", () => {
    render(
      <Conversation
        input={[
          {
            role: "critic",
            parts: [
              { type: "media", media: "image", uri: "https://example.com/a.png" },
              { type: "other", value: { odd: true } },
            ],
          },
          { role: "user", parts: [{ type: "media", media: "image", mime_type: "image/png", uri: "data:image/png;base64,AAAA" }] },
        ]}
      />,
    );
    expect(screen.getByText("critic")).toBeTruthy();
    expect(screen.getByRole("link", { name: "https://example.com/a.png" })).toBeTruthy();
    expect(screen.getAllByRole("img").map((image) => image.getAttribute("src"))).toEqual(["data:image/png;base64,AAAA"]);
    expect(screen.getByRole("region", { name: "Other content" }).textContent).toContain('"odd": true');
  });

  it("shows and plays media that this server keeps, and names them when they are gone", () => {
    selectProject("p1");
    const stored = (media: "image" | "audio" | "file") => ({
      type: "media" as const,
      media,
      mime_type: `${media}/x`,
      uri: `telltale-media:${media} 1`,
    });
    render(<Conversation input={[{ role: "user", parts: [stored("image"), stored("audio"), stored("file")] }]} />);
    const image = screen.getByRole("img");
    expect(image.getAttribute("src")).toBe("/api/v1/media/image%201?project=p1");
    expect(screen.getByLabelText("audio/x").getAttribute("src")).toBe("/api/v1/media/audio%201?project=p1");
    expect(screen.getByRole("link", { name: "file 1" }).getAttribute("href")).toBe("/api/v1/media/file%201?project=p1");
    fireEvent.error(image);
    expect(screen.queryByRole("img")).toBeNull();
    expect(screen.getByText("could not be loaded")).toBeTruthy();
    selectProject(null);
  });

  it("says when nothing was recorded", () => {
    render(<Conversation input={[]} output={null} />);
    expect(screen.getByText(/No messages were recorded/)).toBeTruthy();
  });

  it("folds long texts and opens them", () => {
    const long = `start ${"word ".repeat(2_000)}end`;
    render(<Conversation input={[text("user", long)]} />);
    expect(screen.queryByText(/end$/)).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: /Show all/ }));
    expect(screen.getByText(/end$/)).toBeTruthy();
  });
});

it("folds after characters or lines", () => {
  expect(cutAt("short")).toBe(5);
  expect(cutAt("x".repeat(10_000))).toBe(2_400);
  expect(cutAt("line\n".repeat(200))).toBe(200);
});

it("reads JSON in strings only where it is an object or a list", () => {
  expect(parsedIfJson('{"a":1}')).toEqual({ a: 1 });
  expect(parsedIfJson("12")).toBe("12");
  expect(parsedIfJson("{broken")).toBe("{broken");
});

it("copies a message as text", () => {
  expect(
    textOf({
      role: "assistant",
      parts: [
        { type: "text", text: "Hi" },
        { type: "tool_call", name: "add", arguments: "x" },
      ],
    }),
  ).toBe("Hi\n\nadd(x)");
});
