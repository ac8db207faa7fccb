//! What the traces of the workload look like: single chat calls, RAG pipelines, agents that resend their history with every turn.

use super::{
    pool::TextPool,
    rng::Rng,
    wire::{self, Value},
};

const MODELS: [((&str, &str), u64); 6] = [
    (("openai", "gpt-4o"), 40),
    (("openai", "gpt-4o-mini"), 25),
    (("anthropic", "claude-sonnet-4-5"), 20),
    (("gcp.gemini", "gemini-2.5-pro"), 8),
    (("mistral_ai", "mistral-large-latest"), 4),
    (("deepseek", "deepseek-chat"), 3),
];
const EMBEDDING_MODEL: &str = "text-embedding-3-small";
const ENVIRONMENTS: [(&str, u64); 3] = [("production", 8), ("staging", 1), ("dev", 1)];
const ERRORS: [&str; 5] = ["rate_limit_exceeded", "timeout", "context_length_exceeded", "server_error", "content_filter"];
const TOOLS: [&str; 4] = ["search", "read_file", "run_query", "send_email"];
const USERS: u64 = 5_000;
const SESSIONS: u64 = 20_000;
const ERROR_PERCENT: u64 = 2;
const CACHED_PERCENT: u64 = 40;
const RETRIEVED_DOCUMENTS: usize = 4;
const SYSTEM_PROMPT_BYTES: usize = 600;
const MS: u64 = 1_000_000;

/// Spans of one RAG trace.
const RAG_SPANS: u64 = 4;
/// Turns of an agent; each is a model call and a tool call, and the agent itself is a span.
const MIN_TURNS: u64 = 4;
const MAX_TURNS: u64 = 20;
const MIN_AGENT_SPANS: u64 = 2 * MIN_TURNS + 1;

pub(crate) type TraceId = [u8; 16];
pub(crate) type SpanId = [u8; 8];

/// What queries need to know about a trace to ask for it.
#[derive(Debug, Clone)]
pub(crate) struct TraceNote {
    pub id: TraceId,
    pub root: SpanId,
    pub spans: u64,
    pub start_ns: u64,
    /// A word that is in the messages of this trace only.
    pub ticket: String,
    /// Some words of the first question, as they stand in it.
    pub phrase: String,
}

struct Caller {
    user: String,
    session: String,
    environment: &'static str,
}

/// Where a span hangs and when it ran.
struct Place<'a> {
    trace: &'a TraceId,
    span: SpanId,
    parent: Option<SpanId>,
    start_ns: u64,
    end_ns: u64,
}

/// Writes traces as `ScopeSpans.spans`.
pub(crate) struct Shapes<'a> {
    pool: &'a TextPool,
    /// Factor on the lengths of all texts.
    text_scale: f64,
    rng: Rng,
    out: Vec<u8>,
    scratch: Vec<u8>,
}

impl<'a> Shapes<'a> {
    pub(crate) fn new(pool: &'a TextPool, text_scale: f64, rng: Rng) -> Self {
        Self { pool, text_scale, rng, out: Vec::with_capacity(2 << 20), scratch: Vec::with_capacity(64 << 10) }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    pub(crate) fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// One trace of at most `most` spans: 60 % single calls, 30 % RAG, 10 % agents.
    pub(crate) fn trace(&mut self, start_ns: u64, most: u64) -> TraceNote {
        let kind = self.rng.below(100);
        if kind >= 90 && most >= MIN_AGENT_SPANS {
            self.agent(start_ns, most)
        } else if kind >= 60 && most >= RAG_SPANS {
            self.rag(start_ns)
        } else {
            self.single(start_ns)
        }
    }

    fn single(&mut self, start_ns: u64) -> TraceNote {
        let (mut note, caller) = self.begin(start_ns);
        let length = self.length(50, 800);
        let question = self.question(&mut note, length);
        let history = [system_message(self.pool, self.text_scale, caller.environment), text_message("user", &question)].join(", ");
        let root = note.root;
        self.call(&note.id, root, None, start_ns, &history, &caller);
        note.spans = 1;
        note
    }

    fn rag(&mut self, start_ns: u64) -> TraceNote {
        let (mut note, caller) = self.begin(start_ns);
        let length = self.length(150, 150);
        let question = self.question(&mut note, length);
        let (id, root) = (note.id, Some(note.root));
        let embedded = start_ns + self.rng.between(5, 60) * MS;
        let place = Place { trace: &id, span: self.span_id(), parent: root, start_ns, end_ns: embedded };
        let tokens = question.len() as u64 / 4;
        let attributes = [
            ("gen_ai.operation.name", Value::Text("embeddings")),
            ("gen_ai.provider.name", Value::Text("openai")),
            ("gen_ai.request.model", Value::Text(EMBEDDING_MODEL)),
            ("gen_ai.response.model", Value::Text(EMBEDDING_MODEL)),
            ("gen_ai.usage.input_tokens", Value::Int(tokens)),
            ("gen_ai.embeddings.dimension.count", Value::Int(1_536)),
            ("session.id", Value::Text(&caller.session)),
            ("user.id", Value::Text(&caller.user)),
            ("deployment.environment.name", Value::Text(caller.environment)),
            ("input.value", Value::Text(&question)),
        ];
        self.put_span(&place, "embeddings text-embedding-3-small", None, &attributes);

        let documents: Vec<&str> = (0..RETRIEVED_DOCUMENTS).map(|_| self.text(600, 1_500)).collect();
        let found = format!("[\"{}\"]", documents.join("\", \""));
        let retrieved = embedded + self.rng.between(10, 90) * MS;
        let place = Place { trace: &id, span: self.span_id(), parent: root, start_ns: embedded, end_ns: retrieved };
        let attributes = [
            ("gen_ai.operation.name", Value::Text("retrieval")),
            ("gen_ai.data_source.id", Value::Text("kb")),
            ("input.value", Value::Text(&question)),
            ("output.value", Value::Text(&found)),
        ];
        self.put_span(&place, "retrieve kb", None, &attributes);

        let prompt = format!("{question}\\n\\n{}", documents.join("\\n"));
        let history = [system_message(self.pool, self.text_scale, caller.environment), text_message("user", &prompt)].join(", ");
        let span = self.span_id();
        let answered = self.call(&id, span, root, retrieved, &history, &caller).end_ns;
        let place = Place { trace: &id, span: note.root, parent: None, start_ns, end_ns: answered };
        let attributes = [
            ("gen_ai.operation.name", Value::Text("invoke_agent")),
            ("session.id", Value::Text(&caller.session)),
            ("user.id", Value::Text(&caller.user)),
        ];
        self.put_span(&place, "rag-pipeline", None, &attributes);
        note.spans = RAG_SPANS;
        note
    }

    fn agent(&mut self, start_ns: u64, most: u64) -> TraceNote {
        let (mut note, caller) = self.begin(start_ns);
        let turns = self.rng.between(MIN_TURNS, MAX_TURNS).min((most - 1) / 2);
        let length = self.length(400, 400);
        let question = self.question(&mut note, length);
        let id = note.id;
        let mut history = [system_message(self.pool, self.text_scale, caller.environment), text_message("user", &question)].join(", ");
        let mut now = start_ns + MS;
        for _ in 0..turns {
            let span = self.span_id();
            let turn = self.call(&id, span, Some(note.root), now, &history, &caller);
            let tool = *self.choose(&TOOLS);
            let call_id = format!("call_{:016x}", self.rng.next());
            let query = turn.answer.get(..turn.answer.len().min(60)).unwrap_or_default();
            let arguments = format!("{{\"q\": \"{query}\"}}");
            let result = self.text(200, 2_000);
            now = turn.end_ns + self.rng.between(20, 900) * MS;
            let place = Place { trace: &id, span: self.span_id(), parent: Some(note.root), start_ns: turn.end_ns, end_ns: now };
            let attributes = [
                ("gen_ai.operation.name", Value::Text("execute_tool")),
                ("gen_ai.tool.name", Value::Text(tool)),
                ("gen_ai.tool.call.id", Value::Text(&call_id)),
                ("gen_ai.tool.call.arguments", Value::Text(&arguments)),
                ("gen_ai.tool.call.result", Value::Text(result)),
            ];
            self.put_span(&place, &format!("execute_tool {tool}"), None, &attributes);
            history.push_str(&format!(
                ", {{\"role\": \"assistant\", \"parts\": [{{\"type\": \"text\", \"content\": \"{}\"}}, {{\"type\": \"tool_call\", \"id\": \"{call_id}\", \"name\": \"{tool}\", \"arguments\": {arguments}}}]}}, \
                 {{\"role\": \"tool\", \"parts\": [{{\"type\": \"tool_call_response\", \"id\": \"{call_id}\", \"response\": \"{result}\"}}]}}",
                turn.answer
            ));
        }
        let place = Place { trace: &id, span: note.root, parent: None, start_ns, end_ns: now };
        let attributes = [
            ("gen_ai.operation.name", Value::Text("invoke_agent")),
            ("gen_ai.agent.name", Value::Text("researcher")),
            ("session.id", Value::Text(&caller.session)),
            ("user.id", Value::Text(&caller.user)),
        ];
        self.put_span(&place, "invoke_agent researcher", None, &attributes);
        note.spans = 2 * turns + 1;
        note
    }

    /// Part of one very large trace: small tool spans below `root`; the first part also holds the root.
    pub(crate) fn wide_trace_part(&mut self, id: &TraceId, root: SpanId, start_ns: u64, first: u64, count: u64) {
        for number in first..first + count {
            let is_root = number == 0;
            let span = if is_root { root } else { self.span_id() };
            let start_ns = start_ns + number * MS;
            let place = Place { trace: id, span, parent: (!is_root).then_some(root), start_ns, end_ns: start_ns + 5 * MS };
            let result = self.text(100, 300);
            let attributes = [
                ("gen_ai.operation.name", Value::Text(if is_root { "invoke_agent" } else { "execute_tool" })),
                ("gen_ai.tool.name", Value::Text("search")),
                ("gen_ai.tool.call.result", Value::Text(result)),
            ];
            self.put_span(&place, if is_root { "invoke_agent crawler" } else { "execute_tool search" }, None, &attributes);
        }
    }

    fn begin(&mut self, start_ns: u64) -> (TraceNote, Caller) {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.rng.next().to_be_bytes());
        id[8..].copy_from_slice(&self.rng.next().to_be_bytes());
        let ticket = format!("tk{:012x}", self.rng.next() >> 16);
        let note = TraceNote { id, root: self.span_id(), spans: 0, start_ns, ticket, phrase: String::new() };
        let caller = Caller {
            user: format!("user-{:05}", self.rng.below(USERS)),
            session: format!("sess-{:06}", self.rng.below(SESSIONS)),
            environment: self.rng.weighted(&ENVIRONMENTS),
        };
        (note, caller)
    }

    /// One model call: the whole `history` goes in, a new answer comes out.
    fn call(&mut self, trace: &TraceId, span: SpanId, parent: Option<SpanId>, start_ns: u64, history: &str, caller: &Caller) -> Answer<'a> {
        let (provider, model) = self.rng.weighted(&MODELS);
        let answer = self.text(200, 1_500);
        let (input_tokens, output_tokens) = (history.len() as u64 / 4, answer.len() as u64 / 4);
        let end_ns = start_ns + (300 + output_tokens * self.rng.between(4, 14)) * MS;
        let error = self.rng.percent(ERROR_PERCENT).then(|| *self.choose(&ERRORS));
        let is_cached = self.rng.percent(CACHED_PERCENT);
        let response_id = format!("resp-{:016x}", self.rng.next());
        let input = ["[", history, "]"];
        let output =
            ["[{\"role\": \"assistant\", \"parts\": [{\"type\": \"text\", \"content\": \"", answer, "\"}], \"finish_reason\": \"stop\"}]"];
        let mut attributes = vec![
            ("gen_ai.operation.name", Value::Text("chat")),
            ("gen_ai.provider.name", Value::Text(provider)),
            ("gen_ai.request.model", Value::Text(model)),
            ("gen_ai.response.model", Value::Text(model)),
            ("gen_ai.request.temperature", Value::Double(0.7)),
            ("gen_ai.request.max_tokens", Value::Int(2_048)),
            ("gen_ai.usage.input_tokens", Value::Int(input_tokens)),
            ("gen_ai.usage.output_tokens", Value::Int(if error.is_some() { 0 } else { output_tokens })),
            ("gen_ai.response.id", Value::Text(&response_id)),
            ("gen_ai.conversation.id", Value::Text(&caller.session)),
            ("session.id", Value::Text(&caller.session)),
            ("user.id", Value::Text(&caller.user)),
            ("gen_ai.response.finish_reasons", Value::Text("stop")),
            ("deployment.environment.name", Value::Text(caller.environment)),
            ("gen_ai.input.messages", Value::Parts(&input)),
        ];
        if is_cached {
            attributes.push(("gen_ai.usage.cache_read.input_tokens", Value::Int(input_tokens / 2)));
        }
        match error {
            Some(error) => attributes.push(("error.type", Value::Text(error))),
            None => attributes.push(("gen_ai.output.messages", Value::Parts(&output))),
        }
        let place = Place { trace, span, parent, start_ns, end_ns };
        self.put_span(&place, &format!("chat {model}"), error, &attributes);
        Answer { answer, end_ns }
    }

    fn question(&mut self, note: &mut TraceNote, length: usize) -> String {
        let text = self.pool.take(&mut self.rng, length);
        let start = self.rng.index(text.split_whitespace().count().saturating_sub(PHRASE_WORDS).max(1));
        let words: Vec<&str> =
            text.split_whitespace().skip(start).take(PHRASE_WORDS).map(|word| word.trim_end_matches(['.', ','])).collect();
        note.phrase = words.join(" ");
        format!("{} {text}", note.ticket)
    }

    fn put_span(&mut self, place: &Place<'_>, name: &str, error: Option<&str>, attributes: &[(&str, Value<'_>)]) {
        let span = &mut self.scratch;
        span.clear();
        wire::put_bytes(span, 1, place.trace);
        wire::put_bytes(span, 2, &place.span);
        if let Some(parent) = &place.parent {
            wire::put_bytes(span, 4, parent);
        }
        wire::put_bytes(span, 5, name.as_bytes());
        wire::put_uint(span, 6, 3);
        wire::put_fixed64(span, 7, place.start_ns);
        wire::put_fixed64(span, 8, place.end_ns);
        for (key, value) in attributes {
            wire::put_attribute(span, 9, key, *value);
        }
        // Status { message = 2, code = 3 }: 1 is ok, 2 is error.
        match error {
            Some(error) => {
                wire::put_length(span, 15, wire::field_len(error.len()) + 2);
                wire::put_bytes(span, 2, error.as_bytes());
                wire::put_uint(span, 3, 2);
            }
            None => {
                wire::put_length(span, 15, 2);
                wire::put_uint(span, 3, 1);
            }
        }
        wire::put_bytes(&mut self.out, 2, &self.scratch);
    }

    fn span_id(&mut self) -> SpanId {
        // All zeros would be no id.
        (self.rng.next() | 1).to_be_bytes()
    }

    fn choose<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        &choices[self.rng.index(choices.len())]
    }

    fn length(&mut self, low: u64, high: u64) -> usize {
        scaled(self.rng.between(low, high), self.text_scale)
    }

    fn text(&mut self, low: u64, high: u64) -> &'a str {
        let length = self.length(low, high);
        self.pool.take(&mut self.rng, length)
    }
}

/// Words of a phrase to search for.
const PHRASE_WORDS: usize = 3;

struct Answer<'a> {
    answer: &'a str,
    end_ns: u64,
}

fn scaled(length: u64, scale: f64) -> usize {
    (length as f64 * scale) as usize
}

fn text_message(role: &str, text: &str) -> String {
    format!("{{\"role\": \"{role}\", \"parts\": [{{\"type\": \"text\", \"content\": \"{text}\"}}]}}")
}

/// Every environment has one system prompt, which all its calls share.
fn system_message(pool: &TextPool, scale: f64, environment: &str) -> String {
    let mut rng = Rng::new(environment.len() as u64, 0, 0);
    text_message("system", pool.take(&mut rng, scaled(SYSTEM_PROMPT_BYTES as u64, scale)))
}
