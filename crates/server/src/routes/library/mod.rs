//! What clients store beyond telemetry: prompts, datasets, experiments, media. Writing needs the scope `ingest`, as sending telemetry
//! does; deleting a whole prompt, dataset, experiment or medium needs `admin`.

pub(crate) mod datasets;
pub(crate) mod experiments;
mod inert;
pub(crate) mod items;
pub(crate) mod media;
pub(crate) mod prompts;
pub(crate) mod results;

use crate::{
    http::{ApiResult, Problem},
    params::given,
};

/// A parameter that is `true` or `false` when it is there.
fn flag(field: &str, text: &Option<String>) -> ApiResult<Option<bool>> {
    match given(text) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(Problem::invalid(field, "expected true or false")),
    }
}

/// A parameter of a filter.
fn wanted(text: &Option<String>) -> Option<String> {
    given(text).map(str::to_owned)
}
