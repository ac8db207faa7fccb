//! The table: of each client, with what it sent (in the order in which it did), the calls that are summed, and how many spans with counts
//! are not: containers, and further reports of the same calls. What each case stands for is in `readings.rs`.

use super::{readings::*, replay};

/// A program with one configuration.
pub(super) struct Client {
    pub(super) name: &'static str,
    files: &'static str,
    pub(super) calls: &'static [(usize, &'static Reading)],
    pub(super) not_summed: usize,
}

impl Client {
    /// The names of the recorded requests, in full.
    pub(super) fn files(&self) -> Vec<String> {
        self.files.split(' ').map(replay::full_name).collect()
    }
}

/// `files`: the beginnings of their names, as far as they tell.
const fn client(name: &'static str, files: &'static str, calls: &'static [(usize, &'static Reading)], not_summed: usize) -> Client {
    Client { name, files, calls, not_summed }
}

#[rustfmt::skip]
pub(super) const CLIENTS: &[Client] = &[
    // OpenTelemetry, and what traces by its conventions.
    client("OpenTelemetry, HTTP, protobuf", "001 002 003", &[(1, &GPT_4O_CACHE_UNTOLD)], 0),
    client("OpenTelemetry, HTTP, protobuf, gzip", "004 005 006", &[(1, &GPT_4O_CACHE_UNTOLD)], 0),
    client("OpenTelemetry, HTTP, JSON", "007 008 009", &[(1, &GPT_4O_CACHE_UNTOLD)], 0),
    client("OpenTelemetry, gRPC", "010 011 012", &[(1, &GPT_4O_CACHE_UNTOLD)], 0),
    client("OpenTelemetry, gRPC, gzip", "013 014 015", &[(1, &GPT_4O_CACHE_UNTOLD)], 0),
    client("OpenTelemetry's own for OpenAI 2.4b0, newest conventions",
        "026 027 028",
        &[(4, &GPT_CACHE_UNTOLD), (1, &GPT_UNTOLD), (1, &EMBEDDING), (2, &FAILED)], 0),
    client("OpenTelemetry's own for OpenAI 2.4b0, as it comes",
        "029 030 031 032",
        &[(4, &GPT_CACHE_UNTOLD), (1, &GPT_UNTOLD), (1, &EMBEDDING), (2, &FAILED)], 0),
    client("Anthropic's SDK 2.12.0, which traces itself", "019 020", &[(6, &CLAUDE_SEARCH_UNTOLD), (1, &FAILED)], 0),
    client("MCP's SDK 2.3.0: tools, no models", "179", &[], 0),
    client("Phoenix' client 3.5.0: no models", "117 118 119 120 122", &[], 0),

    // OpenInference, OpenLLMetry, Logfire, agents' frameworks.
    client("OpenInference 0.1.66, OpenAI", "016 017", &[(6, &GPT), (1, &GPT_UNTOLD), (1, &EMBEDDING), (2, &FAILED)], 0),
    client("OpenInference 3.1.0, Anthropic, beside the SDK's own spans", "018", &[(4, &CLAUDE), (1, &FAILED)], 4),
    client("OpenInference 0.1.80, LangChain", "150", &[(3, &GPT), (1, &FAILED)], 0),
    client("OpenInference 4.6.1, LlamaIndex", "151", &[(2, &GPT), (1, &GPT_UNTOLD), (2, &EMBEDDING_UNTOLD)], 0),
    client("OpenInference 2.6.0, OpenAI Agents", "153", &[(2, &GPT), (1, &GPT_CACHE_UNTOLD), (1, &FAILED)], 0),
    client("OpenLLMetry 0.62.4, OpenAI",
        "021 022 023",
        &[(5, &GPT), (1, &GPT_REASONING_UNTOLD), (1, &GPT_UNTOLD), (1, &EMBEDDING), (2, &FAILED)], 0),
    client("OpenLLMetry 0.45.6, OpenAI", "033 034 035", &[(5, &GPT_REASONING_UNTOLD), (1, &GPT_UNTOLD), (1, &EMBEDDING), (2, &FAILED)], 0),
    client("OpenLLMetry 0.45.6, Anthropic", "036 037", &[(1, &CLAUDE_LIFETIMES_UNTOLD), (1, &CLAUDE_STREAM_OVERCOUNTED)], 0),
    client("Logfire 5.2.0 with pydantic-ai 2.68.0",
        "080 081 082 083 084 085",
        &[(7, &GPT), (1, &CLAUDE), (1, &GPT_UNTOLD), (1, &FAILED)], 8),
    client("OpenAI Agents 0.24.0; its response spans name no model", "086", &[(1, &GPT), (2, &MODEL_UNTOLD), (1, &FAILED)], 5),
    client("Vercel's AI SDK 5.0.277, without streams", "183", &[(1, &CLAUDE), (1, &GPT_CACHE_UNTOLD)], 2),
    client("Vercel's AI SDK 6", "092", &[(4, &GPT), (1, &GPT_CACHE_UNTOLD), (1, &EMBEDDING), (1, &FAILED)], 5),
    client("Vercel's AI SDK 5",
        "vercel-ai-v5_POST_v1_traces",
        &[(2, &CLAUDE), (1, &GPT), (3, &GPT_CACHE_UNTOLD), (1, &EMBEDDING), (1, &FAILED)], 6),
    client("Vercel's AI SDK 7", "vercel-ai-v7_POST_v1_traces", &[(4, &GPT), (2, &CLAUDE), (1, &EMBEDDING), (1, &FAILED)], 5),

    // SDKs with protocols of their own.
    client("Langfuse 5.0.4 (Python)",
        "041 042 043 044 045 046 047 048 052 053",
        &[(4, &GPT), (1, &CLAUDE_LIFETIMES_UNTOLD), (1, &EMBEDDING), (1, &NOTHING_TOLD), (1, &FAILED)], 0),
    client("Langfuse 2.60.10 (Python)", "055 056", &[(2, &GPT), (1, &GPT_4O_BY_HAND), (1, &FAILED)], 0),
    client("Langfuse 3.15.0 (Python)", "058 059 062 063", &[(1, &GPT)], 0),
    client("Langfuse 5 (JavaScript)",
        "langfuse-js-v5_ingestion langfuse-js-v5_traces",
        &[(4, &GPT), (1, &CLAUDE_LIFETIMES_UNTOLD), (1, &EMBEDDING_UNTOLD), (1, &FAILED)], 0),
    client("LangSmith 0.15.0, forms over zstd", "069 070 071", &[(6, &GPT), (1, &FAILED)], 0),
    client("LangSmith 0.15.0, plain forms", "074 075 076 077", &[(4, &GPT), (1, &FAILED)], 0),
    client("LangSmith 0.15.0, OpenTelemetry", "078", &[(4, &GPT), (1, &FAILED)], 0),
    client("LangSmith 0.15.0, Anthropic; the stream was broken off", "155", &[(1, &CLAUDE_SEARCH_UNTOLD), (1, &CLAUDE_UNTOLD)], 0),
    client("LangSmith 0.15.0, batches", "174 175 176 177 178", &[(4, &GPT), (1, &FAILED)], 0),
    client("LiteLLM 1.106.2, otel", "088 089 090", &[(1, &GPT), (1, &FAILED)], 0),
    client("LiteLLM 1.106.2, langfuse_otel", "091", &[(1, &GPT), (1, &FAILED)], 0),
    client("LiteLLM 1.106.2, generic API logger", "171", &[(2, &GPT), (1, &CLAUDE), (1, &FAILED)], 0),
    client("Opik 2.2.122", "095 096 097 098 099 100 101 102 103 104", &[(2, &GPT), (1, &CLAUDE_BY_HAND), (1, &FAILED)], 0),
    client("MLflow 3.17.2, tracking server", "110 111", &[(2, &GPT), (1, &FAILED)], 0),
    client("MLflow 3.17.2, OpenTelemetry", "112", &[(2, &GPT), (1, &FAILED)], 0),
    client("DeepEval 4.3.1, observed functions", "105", &[(1, &GPT_CACHE_UNTOLD)], 0),
    client("DeepEval 4.3.1, an evaluation", "113 116", &[], 0),
    client("DeepEval 4.3.1, an agent", "deepeval-agent_POST_v1_traces", &[(2, &GPT_CACHE_UNTOLD)], 0),
    client("DeepEval 4.3.1, an arena", "deepeval-arena_POST_v1_experiment", &[], 0),
    client("DeepEval 4.3.1, a conversation", "deepeval-conversation_POST_v1_test_run", &[], 0),
    client("DeepEval 4.3.1, a failed call", "deepeval-failed_POST_v1_traces", &[(1, &FAILED)], 0),
    client("DeepEval 4.3.1, an image", "deepeval-image_POST_v1_test_run deepeval-image_POST_v1_traces", &[(1, &VISION_MODEL)], 0),
    client("DeepEval 4.3.1, LangChain", "deepeval-langchain_POST_v1_traces", &[(2, &GPT_CACHE_UNTOLD)], 0),
    client("DeepEval 4.3.1, OpenTelemetry", "deepeval-otel_POST_v1_traces", &[(2, &GPT), (1, &HOUSE_MODEL)], 0),
    client("DeepEval 4.3.1, a run in two requests", "deepeval-run_POST_v1_test_run deepeval-run_PUT_v1_test_run", &[], 0),
    client("DeepEval 4.3.1, a stream with prices of its own", "deepeval-streamed_POST_v1_traces", &[(1, &HOUSE_MODEL)], 0),
    client("DeepEval 4.3.1, a run with traces", "deepeval-traced_POST_v1_test_run", &[(2, &GPT_UNTOLD)], 0),

    // Coding agents.
    client("Claude Code 2.1.197, JSON", "127 128 129", &[(2, &CLAUDE_LIFETIMES_UNTOLD)], 0),
    client("Claude Code 2.1.197, gRPC", "130 131 132", &[(2, &CLAUDE_LIFETIMES_UNTOLD)], 0),
    client("Claude Code 2.1.197, protobuf", "133 134 135", &[(2, &CLAUDE_LIFETIMES_UNTOLD)], 0),
    client("Claude Code 2.1.197, a failed call", "136 137 138", &[(1, &FAILED)], 0),
    client("Claude Code 2.1.332, a failed call", "claude-code-2.1.332-error_logs claude-code-2.1.332-error_traces", &[(1, &FAILED)], 0),
    client("Claude Code 2.1.332, a gateway without request ids",
        "claude-code-2.1.332-gateway_logs claude-code-2.1.332-gateway_traces",
        &[(2, &CLAUDE_SEARCH_UNTOLD)], 0),
    client("Claude Code 2.1.332, inside another trace", "claude-code-2.1.332-in-a-trace_logs", &[(2, &CLAUDE_SEARCH_UNTOLD)], 0),
    client("Claude Code 2.1.332, a subagent",
        "claude-code-2.1.332-subagent_logs claude-code-2.1.332-subagent_traces",
        &[(5, &CLAUDE_SEARCH_UNTOLD)], 0),
    client("Claude Code 2.1.332, logs alone", "claude-code-2.1.332-untraced_logs", &[(2, &CLAUDE_SEARCH_UNTOLD)], 0),
    client("Claude Code 2.1.332",
        "claude-code-2.1.332_logs claude-code-2.1.332_metrics claude-code-2.1.332_traces",
        &[(2, &CLAUDE_SEARCH_UNTOLD)], 0),
    client("Codex 0.171.0, over HTTP",
        "codex-0.171.0-http_logs_1 codex-0.171.0-http_logs_2 codex-0.171.0-http_traces_1 codex-0.171.0-http_traces_2",
        &[(2, &GPT_5)], 1),
    client("Codex 0.171.0, logs alone", "codex-0.171.0-untraced_logs_1", &[(2, &GPT_5), (1, &GPT_5_WARM_UP)], 0),
    client("Codex 0.171.0, over a WebSocket",
        "codex-0.171.0_logs_1 codex-0.171.0_traces_1 codex-0.171.0_traces_2",
        &[(2, &GPT_5), (1, &GPT_5_WARM_UP)], 1),
    client("Codex 0.169.0, logs and metrics, a provider of the user's own", "144 145 146", &[(2, &GPT_5_ELSEWHERE)], 0),
    client("Codex 0.169.0, traces, of which those of the requests were cut", "142 143", &[(2, &GPT_5)], 1),
    client("Gemini CLI 0.61.0, a call", "147 148 149", &[(1, &GEMINI)], 0),
    client("Gemini CLI 0.61.0, a failed call", "gemini-cli-0.61.0-error_logs gemini-cli-0.61.0-error_traces", &[(1, &FAILED)], 0),
    client("Gemini CLI 0.61.0, a tool", "gemini-cli-0.61.0_logs gemini-cli-0.61.0_traces", &[(2, &GEMINI)], 0),
];
