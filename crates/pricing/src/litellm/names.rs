//! The table's names for providers and models → ours.

use crate::provider::folded;

/// Several of the table's providers are one of ours. Of two rows for the same model, the provider listed first wins.
const SAME_PROVIDER: &[(&str, &str)] = &[
    ("text-completion-openai", "openai"),
    ("codestral", "mistral"),
    ("text-completion-codestral", "mistral"),
    ("bedrock_converse", "bedrock"),
    ("bedrock", "bedrock"),
    ("bedrock_mantle", "bedrock"),
    ("azure_text", "azure"),
    ("cohere_chat", "cohere"),
    ("cohere", "cohere"),
    ("text-completion-inception", "inception"),
];

/// Our name, and the rank of the table's.
pub(super) fn provider_of(name: &str) -> (String, usize) {
    let name = name.strip_suffix("-embedding-models").unwrap_or(name);
    if name.starts_with("vertex_ai-") || name == "vertex_ai" {
        return ("vertex_ai".to_owned(), usize::from(name != "vertex_ai"));
    }
    match SAME_PROVIDER.iter().position(|(known, _)| *known == name) {
        Some(at) => (SAME_PROVIDER.get(at).map_or_else(String::new, |(_, ours)| (*ours).to_owned()), at + 1),
        None => (folded(name), 0),
    }
}

/// The name without its own provider's prefix, in lower case, and whether it had one.
pub(super) fn model_name(provider: &str, key: &str) -> (String, bool) {
    match key.split_once('/') {
        Some((head, tail)) if !tail.is_empty() && provider_of(head).0 == provider => (tail.to_lowercase(), true),
        _ => (key.to_lowercase(), false),
    }
}
