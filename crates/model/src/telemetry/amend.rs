//! A later report about a span: the last known value of each field wins.

use super::{Span, SpanKind, Status};

impl Span {
    /// Takes in a later report of the same span. What the report does not know stays as it was; of the four maps each key does.
    /// Associative over reports in their order, so that reports may be folded in any grouping.
    pub fn amend(&mut self, later: Span) {
        let stored = self;
        macro_rules! last_known {
        ($($($field:ident).+),+ $(,)?) => {
            $(if later.$($field).+.is_some() { stored.$($field).+ = later.$($field).+; })+
        };
    }
        macro_rules! last_non_empty {
        ($($($field:ident).+),+ $(,)?) => {
            $(if !later.$($field).+.is_empty() { stored.$($field).+ = later.$($field).+; })+
        };
    }
        last_known!(
            parent_span_id,
            native_id,
            end_time,
            duration_ms,
            time_to_first_token_ms,
            error_type,
            error_message,
            provider,
            request_model,
            response_model,
            response_id,
            operation,
            session_id,
            user_id,
            environment,
            release,
            service,
            agent,
            tool,
            prompt_name,
            prompt_version,
            payload.input,
            payload.output,
            payload.system,
            payload.tools,
        );
        last_non_empty!(name, finish_reasons, tags, quality, payload.events, payload.links);
        stored.payload.model_parameters.extend(later.payload.model_parameters);
        stored.payload.metadata.extend(later.payload.metadata);
        stored.payload.attributes.extend(later.payload.attributes);
        stored.payload.originals.extend(later.payload.originals);
        if later.kind != SpanKind::Other {
            stored.kind = later.kind;
        }
        if later.status != Status::Unset {
            stored.status = later.status;
        }
        // Usage and cost belong together: half of one report and half of another would price nothing that happened.
        if !later.usage.is_unknown() || later.cost.total_usd.is_some() {
            stored.usage = later.usage;
            stored.cost = later.cost;
        }
        // What has ended does not begin again, in whichever order the reports came.
        stored.running &= later.running;
        stored.start_time = later.start_time;
        stored.billed = later.billed;
        stored.source = later.source;
        stored.ingest_time = later.ingest_time;
    }
}
