//! Experiments, which for tracing are no more than names: the id says the name, so that nothing has to be kept.

use crate::ids::{hex_text, leading};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// MLflow's own default.
const DEFAULT: (&str, &str) = ("0", "Default");
const NAMED: &str = "n-";
/// The client takes ids of up to 64 characters of these.
const MAX_NAME_BYTES: usize = 45;

/// The id of an experiment. Of names too long for one, a hash.
pub fn experiment_id(name: &str) -> String {
    if name == DEFAULT.1 {
        DEFAULT.0.to_owned()
    } else if name.len() <= MAX_NAME_BYTES {
        format!("{NAMED}{}", URL_SAFE_NO_PAD.encode(name))
    } else {
        format!("h-{}", hex_text(&leading::<16>(&blake3::hash(name.as_bytes()))))
    }
}

/// The name that an id says; other ids are their own names.
pub fn experiment_name(id: &str) -> String {
    if id == DEFAULT.0 {
        return DEFAULT.1.to_owned();
    }
    let decoded = id.strip_prefix(NAMED).and_then(|text| String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok());
    decoded.unwrap_or_else(|| id.to_owned())
}

pub fn experiment_json(id: &str) -> Value {
    json!({
        "experiment_id": id, "name": experiment_name(id), "lifecycle_stage": "active",
        "artifact_location": format!("mlflow-artifacts:/{id}"), "tags": [],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_its_name() {
        for name in ["weather", "Weather 2 / über", "Default", "0"] {
            let id = experiment_id(name);
            assert_eq!(experiment_name(&id), name, "{id}");
            assert!(id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{id}");
        }
        let long = experiment_id(&"x".repeat(100));
        assert_eq!((long.len(), experiment_name(&long)), (34, long.clone()));
        assert_eq!(experiment_name("17"), "17");
    }
}
