/** A project of its own for every test, and the real API to fill it. */
import { test as base, expect, type APIRequestContext, type Page } from "@playwright/test";

export { expect };

export interface Project {
  id: string;
  name: string;
  secret: string;
}

export interface Seeder {
  project: Project;
  /** `POST /api/v1/ingest/llm`. */
  llm: (call: Record<string, unknown>) => Promise<{ trace_id: string; span_id: string; cost_usd: number | null }>;
  post: (path: string, body: unknown) => Promise<unknown>;
}

let counter = 0;

async function createProject(request: APIRequestContext): Promise<Project> {
  counter += 1;
  const name = `e2e ${process.pid} ${Date.now()} ${counter}`;
  const project = await answered<{ id: string }>(await request.post("/api/v1/projects", { data: { name } }));
  const key = await answered<{ secret: string }>(
    await request.post(`/api/v1/projects/${project.id}/keys`, { data: { name: "e2e", scopes: ["ingest", "read"] } }),
  );
  return { id: project.id, name, secret: key.secret };
}

async function answered<T>(response: { ok: () => boolean; status: () => number; text: () => Promise<string> }): Promise<T> {
  const text = await response.text();
  expect(response.ok(), `${response.status()} ${text}`).toBe(true);
  return (text ? JSON.parse(text) : null) as T;
}

export const test = base.extend<{ seed: Seeder; page: Page }>({
  // Set by the global set-up, after the configuration was read.

  baseURL: async ({}, provide) => provide(process.env.TELLTALE_URL),
  seed: async ({ request }, provide) => {
    const project = await createProject(request);
    const headers = { authorization: `Bearer ${project.secret}` };
    await provide({
      project,
      llm: async (call) => answered(await request.post("/api/v1/ingest/llm", { headers, data: call })),
      post: async (path, data) => answered(await request.post(path, { headers, data })),
    });
    await request.delete(`/api/v1/projects/${project.id}`);
  },
  /** The dashboard, with the test's project chosen. Any fault in the page's scripts fails the test. */
  page: async ({ page, seed }, provide) => {
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && /Content Security Policy/i.test(message.text())) faults.push(message.text());
    });
    await page.addInitScript((id) => localStorage.setItem("telltale.project", id), seed.project.id);
    await provide(page);
    expect(faults).toEqual([]);
  },
});

/** A complete call, as the ingest API takes it. */
export function call(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    provider: "openai",
    model: "gpt-4o",
    messages: [{ role: "user", content: "What is the refund policy?" }],
    response: "Thirty days from the purchase.",
    input_tokens: 1_000,
    output_tokens: 100,
    latency_ms: 800,
    user_id: "ada",
    session_id: "s-1",
    environment: "production",
    ...over,
  };
}
