//! Who asks, and in which conversation, where the request has a word for it.

use super::ProviderRequest;
use crate::{
    ids::uuid_bytes,
    provider::fields::{Object, rest, take_object, take_text},
};
use serde_json::Value;

/// Names of sessions and users in a request's `metadata`, which is the application's own.
const SESSION_KEYS: [&str; 3] = ["session_id", "conversation_id", "thread_id"];
const USER_KEYS: [&str; 1] = ["user_id"];

pub(super) fn read(body: &mut Object, request: &mut ProviderRequest) {
    request.user = take_text(body, &["user", "safety_identifier"]);
    request.session = conversation(body);
    if let Some(mut metadata) = take_object(body, &["metadata"]) {
        if request.session.is_none() {
            request.session = take_text(&mut metadata, &SESSION_KEYS);
        }
        if request.user.is_none()
            && let Some(user) = take_text(&mut metadata, &USER_KEYS)
        {
            name_caller(user, request);
        }
        request.metadata.extend(rest(metadata, ""));
    }
    // A cache key is often one for all callers. One that is a UUID is a conversation's.
    if request.session.is_none()
        && let Some(key) = body.get("prompt_cache_key").and_then(Value::as_str)
        && uuid_bytes(key).is_some()
    {
        request.session = Some(key.to_owned());
    }
}

/// The Responses API's `conversation`: an id, or an object with one.
fn conversation(body: &Object) -> Option<String> {
    let value = body.get("conversation")?;
    value.as_str().or_else(|| value.get("id")?.as_str()).map(str::to_owned)
}

/// Anthropic's `metadata.user_id`. Claude Code puts an account and a session into it: as JSON, formerly as
/// `user_<hash>_account_<id>_session_<id>`.
fn name_caller(user: String, request: &mut ProviderRequest) {
    if let Ok(Value::Object(mut parts)) = serde_json::from_str(&user) {
        let named = |parts: &mut Object, name: &str| take_text(parts, &[name]).filter(|text| !text.is_empty());
        let session = named(&mut parts, "session_id");
        let account = named(&mut parts, "account_uuid").or_else(|| named(&mut parts, "device_id"));
        if session.is_some() || account.is_some() {
            request.session = request.session.take().or(session);
            request.user = account;
            return;
        }
    }
    if let Some((caller, session)) = user.rsplit_once("_session_")
        && let Some((device, account)) = caller.rsplit_once("_account_")
        && uuid_bytes(session).is_some()
    {
        request.session = request.session.take().or_else(|| Some(session.to_owned()));
        request.user = Some(if account.is_empty() { device } else { account }.to_owned());
        return;
    }
    request.user = Some(user);
}
