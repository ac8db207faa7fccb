//! What a resource and a scope say about every row under them, read once per group.

use super::{
    attributes::{AttributeSet, optional_text},
    wire::{InstrumentationScope, Resource},
};
use model::telemetry::Attributes;
use prost::Message;
use serde_json::Value;

/// Facts that rows inherit.
#[derive(Debug, Default)]
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

impl ResourceFacts {
    /// `shared_bytes` bounds the copies that each row gets; attributes beyond it are left out, and `truncated` says so.
    pub(super) fn read(resource: &Resource, scope: &InstrumentationScope, shared_bytes: usize) -> Self {
        let mut attributes = AttributeSet::new(resource.attributes.clone());
        let mut facts = Self {
            service: attributes.take_text("service.name"),
            environment: attributes.take_first_text(&["deployment.environment.name", "deployment.environment"]),
            release: attributes.take_text("service.version"),
            session: attributes.take_text("session.id"),
            user: attributes.take_first_text(&["user.id", "enduser.id"]),
            sdk: sdk(&mut attributes),
            ..Self::default()
        };
        facts.scope_name = optional_text(&scope.name, &mut facts.repaired);
        facts.bound_texts();
        let mut rest = Attributes::new();
        facts.repaired |= attributes.into_rest(&mut rest);
        let mut scope_rest = Attributes::new();
        facts.repaired |= AttributeSet::new(scope.attributes.clone()).into_rest(&mut scope_rest);
        scope_rest.extend(facts.scope_name.clone().map(|name| ("name".to_owned(), Value::String(name))));
        scope_rest.extend(optional_text(&scope.version, &mut facts.repaired).map(|version| ("version".to_owned(), Value::String(version))));

        let scope_rest = scope_rest.into_iter().map(|(name, value)| (format!("otel.scope.{name}"), value));
        let rest = rest.into_iter().map(|(name, value)| (format!("resource.{name}"), value));
        let mut left = shared_bytes;
        for (name, value) in scope_rest.chain(rest) {
            let bytes = name.len() + value.to_string().len();
            match left.checked_sub(bytes) {
                Some(rest) => {
                    left = rest;
                    facts.rest.insert(name, value);
                }
                None => facts.truncated = true,
            }
        }
        facts
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

/// A hash of the resource and the scope: part of the digest of each row under them.
pub(super) fn group_hash(resource: &Resource, scope: &InstrumentationScope) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for bytes in [resource.encode_to_vec(), scope.encode_to_vec()] {
        hasher.update(&bytes.len().to_le_bytes()).update(&bytes);
    }
    hasher.finalize()
}
