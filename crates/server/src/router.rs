//! Every route on one page.

use crate::{
    AppState, assets,
    http::{observe, panic_answer, time_limit},
    ingest,
    native::{self, links::OtlpPort},
    openapi::Base,
    proxy,
    routes::{
        analytics, auth, costs, erasures, export, fields, health, keys,
        library::{datasets, experiments, items, media, prompts, results},
        live, logs, metrics, people, prices, projects, retention, scores, spans, sql, status, traces,
    },
};
use axum::{
    Extension, Json, Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, header},
    middleware::from_fn_with_state,
    routing::get,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, DefaultPredicate,
        predicate::{NotForContentType, Predicate},
    },
    set_header::SetResponseHeaderLayer,
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Largest body of a route that does not take in telemetry: the longest SQL query, twice over.
const MAX_BODY_BYTES: usize = 128 * 1024;

fn api_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        // Operations
        .routes(routes!(health::health))
        .routes(routes!(health::prometheus))
        .routes(routes!(status::status))
        // Signing in
        .routes(routes!(auth::me))
        .routes(routes!(auth::login))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::setup))
        // Projects and keys
        .routes(routes!(projects::list_projects, projects::create_project))
        .routes(routes!(projects::delete_project))
        .routes(routes!(keys::list_keys, keys::create_key))
        .routes(routes!(keys::delete_key))
        // Keeping and erasing
        .routes(routes!(retention::get_retention, retention::set_retention))
        .routes(routes!(erasures::list_erasures, erasures::erase))
        .routes(routes!(erasures::get_erasure))
        // Reading
        .routes(routes!(spans::list_spans))
        .routes(routes!(spans::get_span))
        .routes(routes!(traces::list_traces))
        .routes(routes!(traces::get_trace))
        .routes(routes!(people::list_sessions))
        .routes(routes!(people::list_users))
        .routes(routes!(logs::list_logs))
        .routes(routes!(metrics::list_metrics))
        .routes(routes!(metrics::metric_names))
        .routes(routes!(metrics::metric_series))
        .routes(routes!(fields::field_values))
        .routes(routes!(scores::list_scores))
        .routes(routes!(scores::delete_score))
        .routes(routes!(sql::sql))
        .routes(routes!(live::live))
        .routes(routes!(export::export))
        // Analytics
        .routes(routes!(analytics::dashboard))
        .routes(routes!(analytics::timeseries))
        .routes(routes!(analytics::providers))
        .routes(routes!(analytics::errors))
        .routes(routes!(logs::recent_logs))
        .routes(routes!(costs::costs))
        .routes(routes!(costs::unpriced_costs))
        .routes(routes!(costs::cost_forecast))
        .routes(routes!(prices::span_cost))
        .routes(routes!(prices::price_book))
        .routes(routes!(prices::get_price_list, prices::set_price_list))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        // Answers hold what only their caller may see: neither proxies nor browsers keep them.
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
}

/// What clients store beyond telemetry. Bodies are bounded as telemetry's are ([`ingest::LargeJson`]), not by a layer.
fn library_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(prompts::list_prompts, prompts::create_prompt_version))
        .routes(routes!(prompts::get_prompt, prompts::delete_prompt))
        .routes(routes!(prompts::list_prompt_versions))
        .routes(routes!(prompts::delete_prompt_version))
        .routes(routes!(prompts::set_prompt_labels))
        .routes(routes!(datasets::list_datasets, datasets::create_dataset))
        .routes(routes!(datasets::get_dataset, datasets::update_dataset, datasets::delete_dataset))
        .routes(routes!(items::list_dataset_items, items::put_dataset_items))
        .routes(routes!(items::get_dataset_item, items::put_dataset_item, items::delete_dataset_item))
        .routes(routes!(experiments::list_experiments, experiments::put_experiment))
        .routes(routes!(experiments::get_experiment, experiments::delete_experiment))
        .routes(routes!(results::list_results, results::put_results))
        .routes(routes!(media::get_media, media::put_media, media::delete_media))
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
}

/// Every route that is in the OpenAPI document: ours, `/api/v1/ingest/…`, and OTLP at `/v1/…`.
pub(crate) fn documented_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Base::openapi())
        .merge(api_routes())
        .merge(library_routes())
        .merge(ingest::routes())
        .merge(ingest::otlp_routes())
}

/// The main port: dashboard, API, OTLP over HTTP and gRPC, and what clients with protocols of their own expect. Serve it with `into_make_service_with_connect_info::<SocketAddr>()`:
/// local mode needs to know the peer.
pub fn router(state: AppState) -> Router {
    let (routes, document) = documented_routes().split_for_parts();
    let docs = SwaggerUi::new("/docs").config(Config::from("/openapi.json"));
    let routes =
        routes.merge(native::routes()).route("/openapi.json", get(|| async { Json(document) })).merge(docs).fallback(assets::serve);
    native::by_client(with_common_layers(routes.merge(ingest::undocumented_otlp_routes()), state.clone())).merge(proxy::router(state))
}

/// Port 4318: OTLP over HTTP (and gRPC), and `/health`, where SDKs look for them by default, and the clients' own protocols.
pub fn otlp_router(state: AppState) -> Router {
    let (routes, _) = ingest::otlp_routes().routes(routes!(health::health)).split_for_parts();
    let routes = routes.merge(native::routes()).merge(ingest::undocumented_otlp_routes());
    native::by_client(with_common_layers(routes, state).layer(Extension(OtlpPort)))
}

/// Port 4317: OTLP/gRPC, where SDKs look for it by default. HTTP/2 without TLS and without an upgrade, as gRPC clients speak it.
pub fn otlp_grpc_router(state: AppState) -> Router {
    with_common_layers(ingest::otlp_grpc_routes(), state)
}

/// What surrounds every route, outermost last.
fn with_common_layers(routes: Router<AppState>, state: AppState) -> Router {
    let worth_compressing = DefaultPredicate::new().and(NotForContentType::const_new("application/vnd.apache.parquet"));
    let deepeval = native::deepeval_routes(state.clone());
    let mut routes = routes
        .layer(from_fn_with_state(deepeval, native::tell_apart))
        .layer(CatchPanicLayer::custom(panic_answer))
        .layer(from_fn_with_state(state.clone(), time_limit))
        .layer(from_fn_with_state(state.clone(), observe))
        // Leaves event streams, images and small bodies alone.
        .layer(CompressionLayer::new().compress_when(worth_compressing));
    for (name, value) in SECURITY_HEADERS {
        let (name, value) = (HeaderName::from_static(name), HeaderValue::from_static(value));
        routes = routes.layer(SetResponseHeaderLayer::if_not_present(name, value));
    }
    routes.with_state(state)
}

/// Everything comes from this server, and nobody may frame it. Inline styles are needed by the charts and by `/docs`.
const SECURITY_HEADERS: [(&str, &str); 4] = [
    (
        "content-security-policy",
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; \
         connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
];
