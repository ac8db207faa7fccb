//! What a resource and a scope say about every row under them: a resource is read once however many scopes it has, or a long one
//! with many scopes would cost their product.

use super::{
    attributes::{AttributeSet, optional_text},
    wire::{InstrumentationScope, Resource},
};
use model::telemetry::Attributes;
use prost::Message;
use serde_json::Value;
use std::sync::Arc;

/// Facts that rows inherit.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResourceFacts {
    pub service: Option<String>,
    pub environment: Option<String>,
    pub release: Option<String>,
    pub session: Option<String>,
    pub user: Option<String>,
    /// e.g. `opentelemetry-python 1.45.2`.
    pub sdk: Option<String>,
    /// The scope's name: for logs, the logger.
    pub scope_name: Option<String>,
    /// What is left of the resource (`resource.*`) and of the scope (`otel.scope.*`), copied to each row.
    pub rest: Attributes,
    /// Some text was not UTF-8.
    pub repaired: bool,
    /// Something was too long to copy to every row.
    pub truncated: bool,
}

/// Longest service, environment, session … that rows inherit, in bytes. Every row gets a copy.
const MAX_FACT_BYTES: usize = 512;

/// Reads the groups of one request, in order.
pub(super) struct GroupReader {
    /// How many bytes of attributes each row may inherit; those beyond it are left out, and `truncated` says so.
    shared_bytes: usize,
    last: Option<ReadResource>,
}

/// The resource of the group before, which is most often that of the next too.
struct ReadResource {
    resource: Arc<Resource>,
    facts: ResourceFacts,
    /// Its attributes with their size, as far as they could fit into a row.
    rest: Vec<(String, Value, usize)>,
    hasher: blake3::Hasher,
}

impl GroupReader {
    pub(super) fn new(shared_bytes: usize) -> Self {
        Self { shared_bytes, last: None }
    }

    /// What the rows of a group inherit, and a hash of their resource and scope: part of the digest of each row.
    pub(super) fn read(&mut self, resource: &Arc<Resource>, scope: &InstrumentationScope) -> (ResourceFacts, blake3::Hash) {
        let last = self.last.take().filter(|last| Arc::ptr_eq(&last.resource, resource));
        let last = self.last.insert(last.unwrap_or_else(|| ReadResource::read(resource, self.shared_bytes)));
        let mut facts = last.facts.clone();
        facts.scope_name = optional_text(&scope.name, &mut facts.repaired);
        facts.bound_texts();
        facts.inherit(scope, &last.rest, self.shared_bytes);
        let mut hasher = last.hasher.clone();
        hash_message(scope, &mut hasher);
        (facts, hasher.finalize())
    }
}

impl ReadResource {
    fn read(resource: &Arc<Resource>, shared_bytes: usize) -> Self {
        let mut attributes = AttributeSet::new(resource.attributes.clone());
        let mut facts = ResourceFacts {
            service: attributes.take_text("service.name"),
            environment: attributes.take_first_text(&["deployment.environment.name", "deployment.environment"]),
            release: attributes.take_text("service.version"),
            session: attributes.take_text("session.id"),
            user: attributes.take_first_text(&["user.id", "enduser.id"]),
            sdk: sdk(&mut attributes),
            ..ResourceFacts::default()
        };
        // What SDKs write when nobody named the service. Phoenix' users name a project in its place.
        if facts.service.as_deref().is_none_or(|name| name.starts_with("unknown_service")) {
            facts.service = attributes.text("openinference.project.name").or(facts.service);
        }
        let mut rest = Attributes::new();
        facts.repaired |= attributes.into_rest(&mut rest);
        let sized = rest.into_iter().map(|(name, value)| {
            let name = format!("resource.{name}");
            let bytes = name.len() + value.to_string().len();
            (name, value, bytes)
        });
        let mut left = shared_bytes;
        let rest = sized.filter(|(_, _, bytes)| fits(&mut left, *bytes, &mut facts.truncated)).collect();
        let mut hasher = blake3::Hasher::new();
        hash_message(resource.as_ref(), &mut hasher);
        Self { resource: Arc::clone(resource), facts, rest, hasher }
    }
}

/// Whether so many bytes still fit: then they are taken, else `truncated` is set.
fn fits(left: &mut usize, bytes: usize, truncated: &mut bool) -> bool {
    let rest = left.checked_sub(bytes);
    *truncated |= rest.is_none();
    *left = rest.unwrap_or(*left);
    rest.is_some()
}

fn hash_message(message: &impl Message, hasher: &mut blake3::Hasher) {
    let bytes = message.encode_to_vec();
    hasher.update(&bytes.len().to_le_bytes()).update(&bytes);
}

impl ResourceFacts {
    /// Fills `rest`: the scope's own attributes, then the resource's as far as they fit.
    fn inherit(&mut self, scope: &InstrumentationScope, resource: &[(String, Value, usize)], shared_bytes: usize) {
        let mut own = Attributes::new();
        self.repaired |= AttributeSet::new(scope.attributes.clone()).into_rest(&mut own);
        own.extend(self.scope_name.clone().map(|name| ("name".to_owned(), Value::String(name))));
        own.extend(optional_text(&scope.version, &mut self.repaired).map(|version| ("version".to_owned(), Value::String(version))));
        let mut left = shared_bytes;
        for (name, value) in own {
            let name = format!("otel.scope.{name}");
            let bytes = name.len() + value.to_string().len();
            if fits(&mut left, bytes, &mut self.truncated) {
                self.rest.insert(name, value);
            }
        }
        for (name, value, bytes) in resource {
            if fits(&mut left, *bytes, &mut self.truncated) {
                self.rest.insert(name.clone(), value.clone());
            }
        }
    }

    fn bound_texts(&mut self) {
        let texts = [
            &mut self.service,
            &mut self.environment,
            &mut self.release,
            &mut self.session,
            &mut self.user,
            &mut self.sdk,
            &mut self.scope_name,
        ];
        for text in texts.into_iter().flatten() {
            if text.len() > MAX_FACT_BYTES {
                text.truncate(text.floor_char_boundary(MAX_FACT_BYTES));
                self.truncated = true;
            }
        }
    }
}

fn sdk(attributes: &mut AttributeSet) -> Option<String> {
    let name = attributes.take_text("telemetry.sdk.name");
    let language = attributes.take_text("telemetry.sdk.language");
    let version = attributes.take_text("telemetry.sdk.version");
    let library = match (name, language) {
        (Some(name), Some(language)) => format!("{name}-{language}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return version,
    };
    Some(match version {
        Some(version) => format!("{library} {version}"),
        None => library,
    })
}
