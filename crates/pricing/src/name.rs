//! The spellings under which a model may stand in the price table, most literal first.

use crate::book::MatchRule;

/// Longest model name looked at: longer ones are no model's, and names come from clients.
pub(crate) const MAX_MODEL_BYTES: usize = 512;

const BEDROCK_REGIONS: &[&str] = &["us.", "us-gov.", "eu.", "apac.", "au.", "jp.", "ca.", "sa.", "me.", "global."];
const AZURE_REGIONS: &[&str] = &["global-standard/", "global/", "us/", "eu/", "apac/"];

/// Names that a provider gives its own models beside those in the table.
const ALIASES: &[(&str, &str)] = &[
    ("claude-opus-4-0", "claude-opus-4-20250514"),
    ("claude-sonnet-4-0", "claude-sonnet-4-20250514"),
    ("claude-3-5-sonnet", "claude-3-5-sonnet-20241022"),
];

/// A lower-case model name without what the transport put before it: `models/…`, `publishers/google/models/…`, an ARN.
pub(crate) fn without_wrapping(model: &str) -> Option<&str> {
    let inner = if model.starts_with("arn:") {
        model.rsplit_once('/').map(|(_, name)| name)
    } else {
        model.rfind("models/").and_then(|at| model.get(at + "models/".len()..))
    };
    inner.filter(|name| !name.is_empty())
}

/// Calls `find` with each spelling of a lower-case model name until one is found.
pub(crate) fn first_spelling<T>(model: &str, mut find: impl FnMut(&str) -> Option<T>) -> Option<(T, MatchRule)> {
    let snapshot = without_snapshot(model);
    let regional = without_region(model);
    let both = regional.and_then(without_snapshot);
    let literal = [
        (Some(model), MatchRule::Exact),
        (snapshot, MatchRule::WithoutSnapshot),
        (regional, MatchRule::WithoutRegion),
        (both, MatchRule::WithoutRegionAndSnapshot),
    ]
    .into_iter()
    .find_map(|(name, rule)| find(name?).map(|found| (found, rule)));
    literal.or_else(|| {
        let alias = ALIASES.iter().find(|(alias, _)| *alias == model);
        alias.and_then(|(_, name)| Some((find(name)?, MatchRule::Alias))).or_else(|| with_hyphens(model, find))
    })
}

/// Resellers write versions with a dot: `claude-sonnet-4.5`.
fn with_hyphens<T>(model: &str, mut find: impl FnMut(&str) -> Option<T>) -> Option<(T, MatchRule)> {
    let hyphens = model.starts_with("claude-").then(|| model.replace('.', "-")).filter(|hyphens| hyphens != model)?;
    let names = [Some(hyphens.as_str()), without_snapshot(&hyphens)];
    names.into_iter().flatten().find_map(|name| Some((find(name)?, MatchRule::WithHyphens)))
}

/// `gpt-4o-2024-08-06`, `claude-sonnet-4-5-20250929`, `claude-opus-5@default` and `mistral-large-latest` without their last part;
/// `ft:gpt-4o-2024-08-06:org::id` without the customer's part.
pub(crate) fn without_snapshot(model: &str) -> Option<&str> {
    if model.starts_with("ft:") {
        let base = model.match_indices(':').nth(1).and_then(|(at, _)| model.get(..at));
        return base.filter(|base| base.len() < model.len());
    }
    if let Some((name, _)) = model.split_once('@') {
        return Some(name).filter(|name| !name.is_empty());
    }
    let cut = |pattern: &str| {
        let tail = model.get(model.len().checked_sub(pattern.len())?..)?;
        let fits = tail.bytes().zip(pattern.bytes()).all(|(c, p)| if p == b'0' { c.is_ascii_digit() } else { c == p });
        if fits { model.get(..model.len() - pattern.len()) } else { None }
    };
    ["-0000-00-00", "-00000000", "-latest"].into_iter().find_map(cut).filter(|name| !name.is_empty())
}

pub(crate) fn without_region(model: &str) -> Option<&str> {
    BEDROCK_REGIONS.iter().chain(AZURE_REGIONS).find_map(|region| model.strip_prefix(region)).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_are_cut_off() {
        for (model, base) in [
            ("gpt-4o-2024-08-06", Some("gpt-4o")),
            ("claude-sonnet-4-5-20250929", Some("claude-sonnet-4-5")),
            ("claude-opus-5@default", Some("claude-opus-5")),
            ("mistral-large-latest", Some("mistral-large")),
            ("ft:gpt-4o-2024-08-06:acme::abc", Some("ft:gpt-4o-2024-08-06")),
            ("ft:gpt-4o-2024-08-06", None),
            ("gpt-4o", None),
            ("-latest", None),
            ("日本-20250101", Some("日本")),
            ("", None),
        ] {
            assert_eq!(without_snapshot(model), base, "{model}");
        }
    }

    #[test]
    fn wrappings_are_taken_off() {
        for (model, inner) in [
            ("models/gemini-2.5-pro", Some("gemini-2.5-pro")),
            ("publishers/google/models/gemini-2.5-pro", Some("gemini-2.5-pro")),
            ("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-5", Some("us.anthropic.claude-opus-5")),
            ("gpt-4o", None),
            ("models/", None),
        ] {
            assert_eq!(without_wrapping(model), inner, "{model}");
        }
    }
}
