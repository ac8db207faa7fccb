// Calls through the Vercel AI SDK, with its own telemetry: `vercel_ai_calls.mjs v5|v6|v7`. Version 7 needs Node.js 22.
import { trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const version = process.argv[2];
const ai = await import(`ai-${version}`);
const { createOpenAI } = await import(`openai-${version}`);
const { createAnthropic } = await import(`anthropic-${version}`);

const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
provider.register();

const session = { sessionId: `sess-${version}`, userId: "user-1", tags: ["a", "b"] };
let telemetry = { experimental_telemetry: { isEnabled: true, functionId: `weather-${version}`, metadata: session } };
if (version === "v7") {
  const { OpenTelemetry } = await import("@ai-sdk/otel");
  ai.registerTelemetry(new OpenTelemetry({ runtimeContext: true, usage: true, providerMetadata: true }));
  const included = { sessionId: true, userId: true, tags: true };
  telemetry = { telemetry: { functionId: `weather-${version}`, includeRuntimeContext: included }, runtimeContext: session };
}

const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: "sk-not-a-real-key" });
const anthropic = createAnthropic({ baseURL: process.env.ANTHROPIC_BASE_URL, apiKey: "sk-not-a-real-key" });
const settings = { ...telemetry, maxRetries: 0, headers: { "x-api-key": "sk-not-a-real-key" } };
const tools = {
  get_weather: ai.tool({
    description: "Get weather",
    inputSchema: ai.jsonSchema({ type: "object", properties: { city: { type: "string" } }, required: ["city"] }),
    execute: async () => "sunny",
  }),
};

async function named(name, work) {
  await trace.getTracer("app").startActiveSpan(name, async (span) => {
    try {
      await work();
    } finally {
      span.end();
    }
  });
}

await named("tools", () =>
  ai.generateText({
    ...settings,
    model: openai.chat("gpt-4o-mini"),
    // Version 7 has another name for it.
    [version === "v7" ? "instructions" : "system"]: "Be brief",
    prompt: "What is the weather in Paris?",
    tools,
    temperature: 0.2,
    stopWhen: ai.stepCountIs(3),
  }),
);
await named("stream", async () => {
  const result = ai.streamText({ ...settings, model: openai.chat("gpt-4o-mini"), messages: [{ role: "user", content: "hi" }] });
  for await (const _ of result.textStream);
});
await named("responses", () => ai.generateText({ ...settings, model: openai.responses("gpt-4o-mini"), prompt: "hi" }));
await named("anthropic", () => ai.generateText({ ...settings, model: anthropic("claude-sonnet-4-5"), prompt: "hi" }));
await named("anthropic stream", async () => {
  const result = ai.streamText({ ...settings, model: anthropic("claude-sonnet-4-5"), prompt: "hi" });
  for await (const _ of result.textStream);
});
await named("embeddings", () => ai.embedMany({ ...settings, model: openai.embedding("text-embedding-3-small"), values: ["a", "b"] }));
await named("error", async () => {
  await ai.generateText({ ...settings, model: openai.chat("gpt-err404"), prompt: "x" }).catch(() => {});
});
await provider.shutdown();
