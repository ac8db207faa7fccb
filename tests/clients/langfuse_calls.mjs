// An application as its author would write it with Langfuse's JavaScript SDK: where to send is in LANGFUSE_* and OPENAI_*.
// Prints what a test needs to find it again, as JSON.

import { LangfuseClient } from "@langfuse/client";
import { observeOpenAI } from "@langfuse/openai";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { observe, propagateAttributes, startActiveObservation, startObservation } from "@langfuse/tracing";
import { NodeSDK } from "@opentelemetry/sdk-node";
import OpenAI from "openai";

const MODEL = "gpt-4o-mini";
const WEATHER = { type: "function", function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } } };
// One transparent pixel.
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

const processor = new LangfuseSpanProcessor();
const sdk = new NodeSDK({ spanProcessors: [processor] });
sdk.start();
const langfuse = new LangfuseClient();
const openai = new OpenAI({ maxRetries: 0 });
const said = { traces: {} };

async function models() {
  const client = observeOpenAI(openai, { generationName: "chat" });
  const system = { role: "system", content: "Be brief." };
  await client.chat.completions.create({ model: MODEL, temperature: 0.2, messages: [system, { role: "user", content: "Say hello." }] });
  await client.chat.completions.create({ model: MODEL, messages: [{ role: "user", content: "What is the weather in Paris?" }], tools: [WEATHER] });
  const messages = [{ role: "user", content: "Count to three." }];
  const stream = await client.chat.completions.create({ model: MODEL, messages, stream: true, stream_options: { include_usage: true } });
  for await (const _ of stream);
  await client.responses.create({ model: MODEL, instructions: "Be brief.", input: "Say hello again." });
  await client.embeddings.create({ model: "text-embedding-3-small", input: ["a", "b"] });
  await client.chat.completions.create({ model: "gpt-4o-err429", messages: [{ role: "user", content: "Fail, please." }] }).catch(() => {});
}

await startActiveObservation(
  "weather-agent",
  async (agent) => {
    said.traces.agent = agent.traceId;
    await propagateAttributes(
      { userId: "js-user", sessionId: "js-session", tags: ["js", "test"], traceName: "js-trace", metadata: { tenant: "acme" }, version: "app-1" },
      async () => {
        agent.update({ input: "what?", output: "sunny" });
        await observe(async (city) => ({ city, sky: "clear" }), { name: "get_weather", asType: "tool" })("Paris");
        await models();
        const hand = startObservation(
          "by-hand",
          { model: "claude-sonnet-4-5", input: [{ role: "user", content: "hi" }], modelParameters: { temperature: 0.1 } },
          { asType: "generation" },
        );
        hand.update({
          output: { role: "assistant", content: "hello" },
          usageDetails: { input: 30, output: 25, cache_read_input_tokens: 1000, cache_creation_input_tokens: 50 },
          costDetails: { input: 0.001, output: 0.002, total: 0.003 },
          completionStartTime: new Date(),
        });
        hand.end();
        langfuse.score.observation(hand, { name: "quality", value: 0.9, comment: "good" });
        const failed = startObservation("broken", { level: "ERROR", statusMessage: "no such city" });
        failed.end();
      },
    );
    langfuse.score.trace(agent, { name: "verdict", value: "positive", dataType: "CATEGORICAL" });
  },
  { asType: "agent" },
);

await startActiveObservation("picture", async (span) => {
  said.traces.picture = span.traceId;
  span.update({ input: [{ role: "user", content: [{ type: "text", text: "What is this?" }, { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } }] }] });
});

await langfuse.flush();
await processor.forceFlush();
if (process.argv.includes("library")) {
  said.library = await library();
}
await langfuse.shutdown();
await sdk.shutdown();
console.log(JSON.stringify(said));

async function library() {
  const text = await langfuse.prompt.create({ name: "js/greeting", prompt: "Hello {{name}}!", labels: ["production"], config: { model: MODEL } });
  await langfuse.prompt.create({ name: "js/greeting", prompt: "Hi {{name}}!", labels: ["staging"] });
  await langfuse.prompt.create({
    name: "js/chat",
    type: "chat",
    prompt: [{ role: "system", content: "You know {{topic}}." }, { type: "placeholder", name: "history" }],
    labels: ["production"],
  });
  const production = await langfuse.prompt.get("js/greeting");
  const staging = await langfuse.prompt.get("js/greeting", { label: "staging" });
  const chat = await langfuse.prompt.get("js/chat", { type: "chat" });
  await langfuse.prompt.update({ name: "js/greeting", version: 2, newLabels: ["production"] });
  const moved = await langfuse.prompt.get("js/greeting", { cacheTtlSeconds: 0 });
  const linked = startObservation("linked", { model: MODEL, input: "x", output: "y", prompt: moved }, { asType: "generation" });
  linked.end();

  await langfuse.api.datasets.create({ name: "js-sums", description: "sums", metadata: { kind: "test" } });
  for (const [id, q, sum] of [["js-item-1", "1+1", "2"], ["js-item-2", "2+2", "4"]]) {
    await langfuse.dataset.createItem({ datasetName: "js-sums", id, input: { q }, expectedOutput: sum });
  }
  const dataset = await langfuse.dataset.get("js-sums");
  const run = await dataset.runExperiment({
    name: "js sums",
    runName: "js-run-1",
    description: "all sums",
    task: async ({ input }) => (input.q === "1+1" ? "2" : "5"),
    evaluators: [async ({ output, expectedOutput }) => ({ name: "exact", value: output === expectedOutput ? 1 : 0 })],
    runEvaluators: [async ({ itemResults }) => ({ name: "mean", value: itemResults.length / 4 })],
  });
  await processor.forceFlush();
  const traces = await langfuse.api.trace?.get?.(said.traces.agent).catch((error) => String(error));
  return {
    compiled: [text.compile({ name: "Ada" }), production.compile({ name: "Ada" }), staging.compile({ name: "Ada" }), moved.compile({ name: "Ada" })],
    chat: chat.compile({ topic: "cats" }, { history: [{ role: "user", content: "meow" }] }),
    versions: [production.version, staging.version, moved.version],
    items: dataset.items.map((item) => [item.id, item.input, item.expectedOutput]),
    run: { name: run.runName, id: run.datasetRunId, outputs: run.itemResults.map((result) => result.output), traces: run.itemResults.map((result) => result.traceId) },
    trace: traces,
  };
}
