import { afterEach, describe, expect, it, vi } from "vitest";
import { request, selectProject, urlOf, whenUnauthorized } from "./client";
import { ApiError, NetworkError } from "./problem";

afterEach(() => {
  selectProject(null);
  whenUnauthorized(() => {});
  vi.unstubAllGlobals();
});

function answer(status: number, body: unknown): ReturnType<typeof vi.fn> {
  const fetch = vi.fn(() => Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "x-request-id": "r1" } })));
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

describe("requests", () => {
  it("carry the project and leave out what is not set", async () => {
    const fetch = answer(200, { ok: true });
    selectProject("p1");
    await expect(request("/api/v1/x", { query: { from: "a b", cursor: null, filter: "" } })).resolves.toEqual({ ok: true });
    const [url, init] = fetch.mock.calls[0] as [string, RequestInit];
    expect(url).toBe("/api/v1/x?from=a+b");
    expect(new Headers(init.headers).get("x-telltale-project")).toBe("p1");
    expect(urlOf("/x", { limit: 0 })).toBe("/x?limit=0");
  });
  it("turn problem documents into errors", async () => {
    answer(400, {
      title: "Bad Request",
      detail: "filter: at character 7: unknown field",
      errors: [{ field: "filter", message: "at character 7: unknown field" }],
    });
    const error = await request("/x").catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, requestId: "r1", position: 7 });
  });
  it("tell of an ended session, but not of a wrong password", async () => {
    answer(401, { title: "Unauthorized" });
    const ended = vi.fn();
    whenUnauthorized(ended);
    await expect(request("/x", { staysOn401: true })).rejects.toBeInstanceOf(ApiError);
    expect(ended).not.toHaveBeenCalled();
    await expect(request("/x")).rejects.toBeInstanceOf(ApiError);
    expect(ended).toHaveBeenCalledOnce();
  });
  it("say when the server is not there", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("refused")));
    await expect(request("/x")).rejects.toBeInstanceOf(NetworkError);
  });
  it("pass on answers that look like errors where they are asked for", async () => {
    answer(503, { status: "down" });
    await expect(request("/health", { accept: [503] })).resolves.toEqual({ status: "down" });
  });
});
