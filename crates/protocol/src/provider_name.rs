//! One spelling for each provider, whatever a client writes.

/// Providers by their name in the conventions: lower case, without the API that some clients append (`openai.chat`).
pub fn provider_name(name: &str) -> String {
    let name = name.trim().to_ascii_lowercase();
    let suffixes = [".chat", ".responses", ".completion", ".completions", ".messages", ".embedding", ".embeddings"];
    let name = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(&name);
    match name {
        "mistral" | "mistralai" => "mistral_ai",
        "xai" => "x_ai",
        "google" | "gemini" | "google_ai" => "gcp.gemini",
        "vertex_ai" | "vertexai" | "google_vertexai" | "anthropic_vertexai" => "gcp.vertex_ai",
        "bedrock" | "aws_bedrock" => "aws.bedrock",
        "azure" | "azure_openai" | "az.ai.openai" => "azure.ai.openai",
        "az.ai.inference" => "azure.ai.inference",
        "watsonx" => "ibm.watsonx.ai",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_have_one_spelling() {
        for (written, expected) in [
            ("OpenAI", "openai"),
            ("openai.chat", "openai"),
            ("aws.bedrock", "aws.bedrock"),
            ("gcp.gen_ai", "gcp.gen_ai"),
            ("mistral", "mistral_ai"),
        ] {
            assert_eq!(provider_name(written), expected);
        }
    }
}
