import { randomBytes } from "node:crypto";
import { call, expect, test } from "./fixtures";

const attribute = (key: string, value: string | number) => ({
  key,
  value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
});

interface OtlpSpan {
  spanId: string;
  parentSpanId?: string;
  name: string;
  offsetMs: number;
  durationMs: number;
  attributes: ReturnType<typeof attribute>[];
  status?: object;
}

function otlp(traceId: string, spans: OtlpSpan[]) {
  const start = Date.now() - 60_000;
  const nanos = (ms: number) => `${start + ms}000000`;
  return {
    resourceSpans: [
      {
        resource: { attributes: [attribute("service.name", "support-bot")] },
        scopeSpans: [
          {
            scope: { name: "e2e" },
            spans: spans.map(({ offsetMs, durationMs, ...span }) => ({
              traceId,
              kind: 1,
              startTimeUnixNano: nanos(offsetMs),
              endTimeUnixNano: nanos(offsetMs + durationMs),
              ...span,
            })),
          },
        ],
      },
    ],
  };
}

const INPUT = JSON.stringify([
  { role: "user", parts: [{ type: "text", content: "Where is order 7?" }] },
  { role: "assistant", parts: [{ type: "tool_call", id: "call_1", name: "lookup_order", arguments: { order: 7 } }] },
  { role: "tool", parts: [{ type: "tool_call_response", id: "call_1", response: { state: "sent" } }] },
]);
const OUTPUT = JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: "It was sent today." }], finish_reason: "stop" }]);

test("a trace shows its tree, and a call its conversation", async ({ page, seed }) => {
  const traceId = randomBytes(16).toString("hex");
  const [root = "", llm = "", tool = ""] = Array.from({ length: 3 }, () => randomBytes(8).toString("hex"));
  await seed.post(
    "/v1/traces",
    otlp(traceId, [
      {
        spanId: root,
        name: "support-agent",
        offsetMs: 0,
        durationMs: 3_000,
        attributes: [attribute("gen_ai.operation.name", "invoke_agent"), attribute("gen_ai.agent.name", "support-agent")],
      },
      {
        spanId: tool,
        parentSpanId: root,
        name: "execute_tool lookup_order",
        offsetMs: 200,
        durationMs: 300,
        attributes: [attribute("gen_ai.operation.name", "execute_tool"), attribute("gen_ai.tool.name", "lookup_order")],
        status: { code: 2, message: "order not found" },
      },
      {
        spanId: llm,
        parentSpanId: root,
        name: "chat gpt-4o",
        offsetMs: 600,
        durationMs: 2_000,
        attributes: [
          attribute("gen_ai.operation.name", "chat"),
          attribute("gen_ai.provider.name", "openai"),
          attribute("gen_ai.request.model", "gpt-4o"),
          attribute("gen_ai.response.model", "gpt-4o"),
          attribute("gen_ai.usage.input_tokens", 1_000),
          attribute("gen_ai.usage.output_tokens", 100),
          attribute("gen_ai.input.messages", INPUT),
          attribute("gen_ai.output.messages", OUTPUT),
        ],
      },
    ]),
  );

  await page.goto(`/traces/${traceId}`);
  const tree = page.getByRole("tree", { name: "Spans" });
  await expect(tree.getByRole("treeitem")).toHaveCount(3);
  await expect(tree.getByRole("treeitem").first()).toContainText("support-agent");

  const conversation = page.getByRole("list", { name: "Conversation" });
  await expect(conversation.getByRole("listitem")).toHaveCount(4);
  await expect(conversation).toContainText("Where is order 7?");
  await expect(conversation.getByRole("region", { name: "Tool call lookup_order" })).toContainText('"order": 7');
  await expect(conversation.getByRole("region", { name: "Tool result" })).toContainText('"state": "sent"');
  await expect(conversation).toContainText("It was sent today.");

  await page.getByRole("tab", { name: "Tokens & cost" }).click();
  await expect(page.getByRole("region", { name: "Tokens" })).toContainText("1,000");

  await tree.getByRole("treeitem").nth(1).click();
  await expect(page).toHaveURL(new RegExp(`span=${tool}`));
  await expect(page.getByRole("note", { name: "Error" })).toContainText("order not found");

  await page.reload();
  await expect(page.getByRole("note", { name: "Error" })).toContainText("order not found");

  await tree.getByRole("button", { name: "Fold" }).click();
  await expect(tree.getByRole("treeitem")).toHaveCount(1);
});

test("an unknown cost is shown as unknown, with the reason", async ({ page, seed }) => {
  const { trace_id, span_id } = await seed.llm(call({ provider: "acme", model: "in-house-7b" }));
  await page.goto(`/traces/${trace_id}?span=${span_id}&tab=usage`);
  const cost = page.getByRole("region", { name: "Cost", exact: true });
  await expect(cost).toContainText("unknown");
  await expect(cost).toContainText("the price book has no row for this model");
  await expect(cost).not.toContainText("$0");
});

test("a cost shows how it came about, and what a new price would say", async ({ page, seed, request }) => {
  const cached = call({
    provider: "openai",
    model: "gpt-4o-mini-2024-07-18",
    input_tokens: 100,
    cached_input_tokens: 64,
    output_tokens: 20,
    cost_usd: 0.5,
  });
  const { trace_id, span_id } = await seed.llm(cached);
  await page.goto(`/traces/${trace_id}?span=${span_id}&tab=usage`);
  const derivation = page.getByRole("region", { name: "How the cost came about" });
  const lines = derivation.getByRole("table", { name: "Buckets and prices" }).getByRole("row");
  await expect(lines.nth(1)).toContainText(/input_uncached\s*36\s*\$0\.15 \/ M\s*\$0\.0000054/);
  await expect(lines.nth(2)).toContainText(/cache_read\s*64\s*\$0\.075 \/ M\s*\$0\.0000048/);
  await expect(lines.last()).toContainText("$0.0000222");
  await expect(derivation).toContainText("openai/gpt-4o-mini");
  await expect(derivation).toContainText("The sender reported $0.50: ours is $0.4999778 less");

  const prices = [{ id: "negotiated", model: "gpt-4o-mini*", discount: "0.5" }];
  const headers = { "content-type": "application/json" };
  const set = await request.put(`/api/v1/prices/lists/${seed.project.id}`, { headers, data: { version: 0, prices } });
  expect(set.status(), await set.text()).toBe(200);
  await page.reload();
  await expect(derivation).toContainText("This is what today's prices say: $0.0000111. Stored is $0.0000222");
});

test("a trace that is not there says so", async ({ page }) => {
  await page.goto(`/traces/${"ab".repeat(16)}`);
  await expect(page.getByRole("heading", { name: "No such trace" })).toBeVisible();
});
