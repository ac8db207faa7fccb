/** Commands that send a first call to this server. Pure text: what the reader copies is what is tested. */

export type Language = "curl" | "python" | "typescript";
export const LANGUAGES: { value: Language; label: string }[] = [
  { value: "curl", label: "curl" },
  { value: "python", label: "Python" },
  { value: "typescript", label: "TypeScript" },
];

export interface Target {
  /** This server, e.g. `http://localhost:8001`. */
  url: string;
  /** The project's key; null where the server asks for none. */
  key: string | null;
}

export function snippet(language: Language, target: Target): string {
  return { curl, python, typescript }[language](target);
}

function curl({ url, key }: Target): string {
  const auth = key ? `  -H 'Authorization: Bearer ${key}' \\\n` : "";
  return `curl -sS ${url}/api/v1/ingest/llm \\
  -H 'Content-Type: application/json' \\
${auth}  -d '{
    "provider": "openai", "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": "What is a telltale?"}],
    "response": "A piece of yarn on a sail that shows the wind.",
    "input_tokens": 14, "output_tokens": 12, "latency_ms": 640,
    "session_id": "first-call", "user_id": "me"
  }'`;
}

function python(target: Target): string {
  return `# pip install openai opentelemetry-distro opentelemetry-exporter-otlp-proto-http opentelemetry-instrumentation-openai-v2
${environment(target)}
opentelemetry-instrument --traces_exporter otlp python - <<'EOF'
from openai import OpenAI

answer = OpenAI().chat.completions.create(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "What is a telltale?"}],
)
print(answer.choices[0].message.content)
EOF`;
}

function typescript({ url, key }: Target): string {
  return `# npm install openai @traceloop/node-server-sdk
export TRACELOOP_BASE_URL=${url}
${key ? `export TRACELOOP_API_KEY=${key}\n` : ""}cat > first-call.mjs <<'EOF'
import * as traceloop from "@traceloop/node-server-sdk";
import OpenAI from "openai";

traceloop.initialize({ appName: "first-call", disableBatch: true, instrumentModules: { openAI: OpenAI } });
const answer = await new OpenAI().chat.completions.create({
  model: "gpt-4o-mini",
  messages: [{ role: "user", content: "What is a telltale?" }],
});
console.log(answer.choices[0].message.content);
EOF
node first-call.mjs`;
}

/** The variables that point any OpenTelemetry SDK here. */
export function environment({ url, key }: Target): string {
  const lines = [
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${url}`,
    "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    ...(key ? [`export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20${key}"`] : []),
    "export OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental",
    "export OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_AND_EVENT",
  ];
  return lines.join("\n");
}
