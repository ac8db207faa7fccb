//! The OpenAPI document, generated from the handlers.

use crate::{router::documented_routes, routes::live::Missed};
use model::{
    query::{FileFormat, GroupBy},
    telemetry::RowKind,
};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document, SecurityRequirement,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Telltale", description = "LLM observability: take in calls, read them back, see what they cost.", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    components(schemas(Missed, RowKind, GroupBy, FileFormat)),
    modifiers(&Credentials),
    tags(
        (name = "ingest", description = "Sending telemetry"),
        (name = "read", description = "Reading telemetry"),
        (name = "scores", description = "Scores, comments and bookmarks: late facts about spans, traces and sessions"),
        (name = "prompts", description = "Prompts, their versions and labels"),
        (name = "datasets", description = "Datasets and their items"),
        (name = "experiments", description = "Experiments, their results, and the verdicts on them"),
        (name = "media", description = "Images, recordings and files that messages refer to"),
        (name = "analytics", description = "Sums over time"),
        (name = "costs", description = "What was used and paid, and what could not be priced"),
        (name = "projects", description = "Projects and their keys"),
        (name = "erasing", description = "Erasing telemetry, and how long it is kept"),
        (name = "auth", description = "Signing in"),
        (name = "operations", description = "Health and status")
    )
)]
pub(crate) struct Base;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key: `tt_…`")).build();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
        let session = ApiKeyValue::with_description("telltale_session", "Set by POST /api/v1/auth/login");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
        let either = ["key", "session"].map(|name| SecurityRequirement::new(name, Vec::<String>::new()));
        // The empty one: in local mode nothing is needed.
        document.security = Some(either.into_iter().chain([SecurityRequirement::default()]).collect());
    }
}

/// The document of every route, as served at `/openapi.json`.
pub fn openapi() -> Document {
    documented_routes().into_openapi()
}
