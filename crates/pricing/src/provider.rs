//! Providers by the names clients use for them.

use crate::book::PriceBook;

/// What the price table knows about a provider.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ProviderName<'a> {
    /// A provider of the table.
    Known(&'a str),
    /// Something that passes calls on, so it says nothing about whose model it is; with its own rows in the table, if it has any.
    Gateway(Option<&'a str>),
    /// Anybody else: its prices are its own, and we do not know them.
    Other,
}

/// `(name in the price table, other names for it)`. Compared in lower case with `-`, ` ` and `.` written as `_`.
const PROVIDERS: &[(&str, &[&str])] = &[
    ("openai", &["open_ai", "text_completion_openai"]),
    ("anthropic", &["claude"]),
    ("gemini", &["gcp_gemini", "gcp_gen_ai", "google", "google_genai", "google_gemini", "google_generative_ai", "google_ai_studio"]),
    ("vertex_ai", &["gcp_vertex_ai", "vertexai", "google_vertex", "google_vertexai", "google_vertex_ai"]),
    ("mistral", &["mistral_ai", "mistralai", "codestral", "text_completion_codestral"]),
    ("deepseek", &["deep_seek"]),
    ("xai", &["x_ai", "grok"]),
    ("groq", &["groqcloud"]),
    ("bedrock", &["aws_bedrock", "amazon_bedrock", "bedrock_converse", "bedrock_mantle", "aws"]),
    ("azure", &["azure_text", "azure_ai_openai", "az_ai_openai", "azure_openai", "azureopenai"]),
    ("azure_ai", &["azure_ai_inference", "az_ai_inference", "azure_ai_foundry", "azure_foundry"]),
    ("cohere", &["cohere_chat"]),
    ("cerebras", &[]),
    ("deepinfra", &["deep_infra"]),
    ("fireworks_ai", &["fireworks", "fireworksai", "fireworks_ai_embedding_models"]),
    ("minimax", &[]),
    ("moonshot", &["moonshot_ai", "moonshotai"]),
    ("sambanova", &[]),
    ("together_ai", &["together", "togetherai"]),
    ("voyage", &["voyage_ai", "voyageai"]),
    ("zai", &["z_ai"]),
    ("inception", &["text_completion_inception"]),
];

/// They sell models that they (mostly) make, so a bare model name means theirs.
pub(crate) const MAKERS: &[&str] =
    &["openai", "anthropic", "gemini", "mistral", "deepseek", "xai", "cohere", "minimax", "moonshot", "voyage", "zai"];

/// `(name, its name in the price table)`.
const GATEWAYS: &[(&str, &str)] = &[
    ("litellm", ""),
    ("litellm_proxy", ""),
    ("openrouter", "openrouter"),
    ("langchain", ""),
    ("portkey", ""),
    ("vercel", "vercel_ai_gateway"),
    ("vercel_ai_gateway", "vercel_ai_gateway"),
    ("gateway", ""),
];

/// Two fronts of one seller with one price list between them.
const SIBLINGS: &[(&str, &str)] = &[("azure", "azure_ai"), ("gemini", "vertex_ai")];

/// Longest provider name looked at: longer ones are no provider's.
const MAX_NAME_BYTES: usize = 64;

pub(crate) fn provider_name<'a>(book: &'a PriceBook, reported: Option<&str>) -> ProviderName<'a> {
    let Some(name) = reported.map(str::trim).filter(|name| !name.is_empty()) else {
        return ProviderName::Gateway(None);
    };
    if name.len() > MAX_NAME_BYTES {
        return ProviderName::Other;
    }
    let folded = folded(name);
    // `openai.chat`, `anthropic.messages`: the API after the last dot is not part of the name.
    let without_api = name.rfind('.').and_then(|dot| folded.get(..dot));
    [Some(folded.as_str()), without_api].into_iter().flatten().find_map(|name| by_folded_name(book, name)).unwrap_or(ProviderName::Other)
}

/// How names are compared: in lower case, with `-`, blanks and dots as `_`.
pub(crate) fn folded(name: &str) -> String {
    name.chars().map(|c| if matches!(c, '-' | ' ' | '.') { '_' } else { c.to_ascii_lowercase() }).collect()
}

/// The provider that a model name such as `openai/gpt-4o` starts with.
pub(crate) fn known_provider<'a>(book: &'a PriceBook, name: &str) -> Option<&'a str> {
    match provider_name(book, Some(name)) {
        ProviderName::Known(provider) => Some(provider),
        ProviderName::Gateway(_) | ProviderName::Other => None,
    }
}

pub(crate) fn sibling(provider: &str) -> Option<&'static str> {
    SIBLINGS.iter().find_map(|(one, other)| match provider {
        _ if provider == *one => Some(*other),
        _ if provider == *other => Some(*one),
        _ => None,
    })
}

/// xAI's larger price begins at the threshold, everybody else's above it.
pub(crate) fn threshold_included(provider: &str) -> bool {
    provider == "xai"
}

fn by_folded_name<'a>(book: &'a PriceBook, folded: &str) -> Option<ProviderName<'a>> {
    if let Some((_, own)) = GATEWAYS.iter().find(|(name, _)| *name == folded) {
        return Some(ProviderName::Gateway(book.providers.get_key_value(*own).map(|(name, _)| &**name)));
    }
    if let Some((provider, _)) = PROVIDERS.iter().find(|(provider, aliases)| *provider == folded || aliases.contains(&folded)) {
        return Some(ProviderName::Known(provider));
    }
    let (provider, _) = book.providers.get_key_value(folded)?;
    Some(ProviderName::Known(provider))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_real_clients_are_known() {
        for (reported, provider) in [
            ("openai", "openai"),
            ("openai.chat", "openai"),
            ("openai.responses", "openai"),
            ("Anthropic", "anthropic"),
            ("anthropic.messages", "anthropic"),
            ("gcp.gemini", "gemini"),
            ("gcp.gen_ai", "gemini"),
            ("google.generative-ai", "gemini"),
            ("gcp.vertex_ai", "vertex_ai"),
            ("google.vertex.chat", "vertex_ai"),
            ("x_ai", "xai"),
            ("xai.chat", "xai"),
            ("aws.bedrock", "bedrock"),
            ("amazon-bedrock", "bedrock"),
            ("azure.ai.openai", "azure"),
            ("az.ai.openai", "azure"),
            ("azure-openai.chat", "azure"),
            ("azure.ai.inference", "azure_ai"),
            ("mistral_ai", "mistral"),
            (" Groq ", "groq"),
        ] {
            assert_eq!(known_provider(PriceBook::embedded(), reported), Some(provider), "{reported}");
        }
    }

    #[test]
    fn strangers_are_not_taken_for_anybody() {
        for reported in ["127.0.0.1", "vllm", "my-openai", &"x".repeat(10_000), "é.é", ".", "…"] {
            assert!(matches!(provider_name(PriceBook::embedded(), Some(reported)), ProviderName::Other), "{reported}");
        }
        for reported in [None, Some(""), Some("  "), Some("OpenRouter"), Some("litellm")] {
            assert!(matches!(provider_name(PriceBook::embedded(), reported), ProviderName::Gateway(_)), "{reported:?}");
        }
    }
}
