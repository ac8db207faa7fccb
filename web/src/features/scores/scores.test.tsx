import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Score } from "../../api/types";
import { BookmarkButton } from "./bookmark-button";
import { hasFacts, ScoreChips } from "./score-chips";
import { ScoreList } from "./score-list";
import { readValue, scoreTitle, scoreValue } from "./score-text";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const target = { target: "span", trace_id: "a".repeat(32), span_id: "b".repeat(16) } as const;

function score(over: Partial<Score> = {}): Score {
  return {
    ...target,
    score_id: "s1",
    kind: "score",
    name: "quality",
    value: 0.8,
    source: "judge",
    timestamp: "2026-01-31T10:00:00Z",
    ingest_time: "2026-01-31T10:00:00Z",
    ...over,
  } as Score;
}

/** Answers every request so, and remembers them. */
function answering(status: number, body: unknown) {
  const answer = () =>
    new Response(status === 204 ? null : JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  const calls = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(() => Promise.resolve(answer()));
  vi.stubGlobal("fetch", calls);
  return () => calls.mock.calls.map(([url, init]) => [init.method, url, init.body ? (JSON.parse(init.body as string) as unknown) : null]);
}

function shown(children: ReactNode) {
  return render(<QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>);
}

describe("how scores are written", () => {
  it("shows value, label and who said so", () => {
    expect(scoreValue(score({ value: 0.123456 }))).toBe("0.1235");
    expect(scoreValue(score({ value: null, label: "good" }))).toBe("good");
    expect(scoreValue(score({ value: 0, label: "bad" }))).toBe("0 · bad");
    expect(scoreTitle(score({ author: "gpt-4o", comment: "fine" }))).toBe("quality 0.8, by gpt-4o (judge): fine");
  });

  it("reads a number where one was typed, else a label", () => {
    expect(readValue(" 0.5 ")).toEqual({ value: 0.5 });
    expect(readValue("-1e3")).toEqual({ value: -1000 });
    expect(readValue("good")).toEqual({ label: "good" });
    expect(readValue("Infinity")).toEqual({ label: "Infinity" });
  });
});

describe("chips", () => {
  it("show the star, the newest of each name, and how many more there are", () => {
    const scores = ["a", "b", "c", "d"].map((name) => score({ score_id: name, name }));
    const older = score({ score_id: "old", name: "a", value: 0.1 });
    const comment = score({ score_id: "c1", kind: "comment", name: "comment", value: null, comment: "look" });
    const { container } = shown(<ScoreChips row={{ scores: [...scores, older, comment], bookmarked: true }} />);
    expect(screen.getByRole("img", { name: "Bookmarked" })).toBeTruthy();
    expect(container.textContent).toBe("a 0.8b 0.8c 0.8+11 comment");
  });

  it("are wanted by a list only when a row has some", () => {
    expect(hasFacts([{}, { scores: [], bookmarked: false }])).toBe(false);
    expect(hasFacts([{}, { bookmarked: true }])).toBe(true);
  });
});

describe("the scores of a span", () => {
  it("can be added to, with a number, a label or a comment", async () => {
    const calls = answering(200, { accepted: 1, rejected: [] });
    shown(<ScoreList target={target} scores={[]} />);
    expect(screen.getByText("No scores and no comments yet.")).toBeTruthy();
    const add = screen.getByRole("button", { name: "Add score" });
    expect(add).toHaveProperty("disabled", true);
    fireEvent.change(screen.getByRole("textbox", { name: "Name of the score" }), { target: { value: " tone " } });
    fireEvent.change(screen.getByRole("textbox", { name: "Number or label" }), { target: { value: "0.25" } });
    fireEvent.change(screen.getByRole("textbox", { name: "Reason" }), { target: { value: "rude" } });
    fireEvent.click(add);
    const stored = { ...target, kind: "score", name: "tone", value: 0.25, comment: "rude", source: "human" };
    await waitFor(() => expect(calls()).toEqual([["POST", "/api/v1/scores", stored]]));

    fireEvent.click(screen.getByRole("button", { name: "Comment" }));
    fireEvent.change(screen.getByRole("textbox", { name: "Comment" }), { target: { value: "look here" } });
    fireEvent.click(screen.getByRole("button", { name: "Add comment" }));
    await waitFor(() => expect(calls()[1]?.[2]).toEqual({ ...target, kind: "comment", comment: "look here", source: "human" }));
  });

  it("say why one was refused", async () => {
    answering(200, { accepted: 0, rejected: [{ index: 0, field: "name", error: "expected at most 4096 bytes" }] });
    shown(<ScoreList target={target} scores={[]} />);
    fireEvent.change(screen.getByRole("textbox", { name: "Name of the score" }), { target: { value: "tone" } });
    fireEvent.change(screen.getByRole("textbox", { name: "Number or label" }), { target: { value: "1" } });
    fireEvent.click(screen.getByRole("button", { name: "Add score" }));
    expect((await screen.findByRole("alert")).textContent).toBe("name: expected at most 4096 bytes");
  });

  it("can be taken away", async () => {
    const calls = answering(204, null);
    const scores = [score({ comment: "why" }), score({ score_id: "c/1", kind: "comment", name: "comment", value: null, comment: "look" })];
    shown(<ScoreList target={target} scores={scores} />);
    const items = within(screen.getByRole("list", { name: "Scores and comments" })).getAllByRole("listitem");
    expect(items.map((item) => item.textContent)).toEqual([expect.stringContaining("quality0.8"), expect.stringContaining("look")]);
    fireEvent.click(screen.getByRole("button", { name: "Remove this comment" }));
    await waitFor(() => expect(calls()).toEqual([["DELETE", "/api/v1/scores/c%2F1", null]]));
  });
});

describe("the star", () => {
  it("sets a bookmark, and takes away every one that is there", async () => {
    const calls = answering(200, { accepted: 1, rejected: [] });
    shown(<BookmarkButton target={target} scores={[]} what="span" />);
    fireEvent.click(screen.getByRole("button", { name: "Bookmark this span", pressed: false }));
    await waitFor(() => expect(calls()).toEqual([["POST", "/api/v1/scores", { ...target, kind: "bookmark", source: "human" }]]));
    cleanup();
    const removed = answering(204, null);
    const marks = ["x", "y"].map((id) => score({ score_id: id, kind: "bookmark", name: "bookmark", value: null }));
    shown(<BookmarkButton target={target} scores={marks} what="span" />);
    fireEvent.click(screen.getByRole("button", { name: "Remove the bookmark of this span", pressed: true }));
    await waitFor(() => expect(removed().map(([, url]) => url)).toEqual(["/api/v1/scores/x", "/api/v1/scores/y"]));
  });

  it("says when it could not be set", async () => {
    answering(503, { title: "Unavailable", detail: "the disk is full" });
    shown(<BookmarkButton target={target} scores={[]} what="span" />);
    fireEvent.click(screen.getByRole("button", { name: "Bookmark this span" }));
    expect(await screen.findByRole("button", { name: /was not changed: .*disk is full/ })).toBeTruthy();
  });
});
