// An application that LangSmith's JavaScript SDK traces. No word of Telltale: where it sends is in LANGSMITH_ENDPOINT.

import { Client } from "langsmith";
import { evaluate } from "langsmith/evaluation";
import { getCurrentRunTree, traceable } from "langsmith/traceable";
import { wrapOpenAI } from "langsmith/wrappers";
import OpenAI from "openai";

const MODEL = "gpt-4o-mini";
const TOOLS = [{ type: "function", function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } } }];

const client = new Client();
const models = wrapOpenAI(new OpenAI({ maxRetries: 0 }), { client });

const getWeather = traceable(async ({ city }) => ({ city, sky: "clear" }), { name: "get_weather", run_type: "tool", client });

const fails = traceable(
  async () => {
    throw new TypeError("nothing to see");
  },
  { name: "fails", client },
);

const agent = traceable(
  async ({ question }) => {
    await models.chat.completions.create({
      model: MODEL,
      temperature: 0.2,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: question },
      ],
    });
    const stream = await models.chat.completions.create({
      model: MODEL,
      messages: [{ role: "user", content: "Count." }],
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const _ of stream);
    await models.chat.completions.create({ model: MODEL, messages: [{ role: "user", content: "Weather in Paris?" }], tools: TOOLS });
    await getWeather({ city: "Paris" });
    await models.chat.completions.create({ model: "gpt-4o-err429", messages: [{ role: "user", content: "Fail, please." }] }).catch(() => {});
    await fails().catch(() => {});
    return { answer: "sunny", run: getCurrentRunTree().id };
  },
  { name: "agent", client, tags: ["holiday"], metadata: { thread_id: "chat-8", user_id: "grace" } },
);

const { run } = await agent({ question: "What is the weather in Paris?" });
await client.awaitPendingTraceBatches();
const project = await client.readProject({ projectName: process.env.LANGSMITH_PROJECT });
await client.createFeedback(run, "helpful", { score: 0.5, comment: "fair", sessionId: project.id });

const dataset = await client.createDataset("numbers", { description: "Two." });
await client.createExamples([
  { inputs: { n: 1 }, outputs: { double: 2 }, dataset_id: dataset.id },
  { inputs: { n: 2 }, outputs: { double: 4 }, dataset_id: dataset.id },
]);
const results = await evaluate(async ({ n }) => ({ double: n * 2 }), {
  client,
  data: "numbers",
  evaluators: [({ outputs, referenceOutputs }) => ({ key: "exact", score: outputs.double === referenceOutputs.double })],
  experimentPrefix: "doubling",
});
await client.awaitPendingTraceBatches();
const experiment = await client.readProject({ projectName: results.experimentName });
const runs = [];
for await (const item of client.listRuns({ projectId: experiment.id, isRoot: true })) runs.push([item.inputs, item.outputs, item.reference_example_id !== null]);
const read = await client.readRun(run);
console.log(JSON.stringify({ run, inputs: read.inputs, outputs: read.outputs, experiment: experiment.name, count: experiment.run_count, runs }));
