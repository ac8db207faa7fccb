//! Keys that a request hands to the provider for servers that the model may call. They are not ours to keep.

use crate::{provider::fields::Object, secrets::remove_secrets};
use serde_json::Value;

/// Fields of a server's entry that hold its keys, whatever they are called inside.
const KEYS_OF_SERVERS: [&str; 3] = ["headers", "authorization", "authorization_token"];

/// Takes them out of the settings. Whether there was one.
pub(super) fn remove_from_settings(body: &mut Object) -> bool {
    let of_servers = body.get_mut("mcp_servers").is_some_and(|servers| remove_from_servers(servers, |_| true));
    remove_secrets(body) || of_servers
}

/// Takes them out of the definitions of tools. Schemas stay as they are.
pub(super) fn remove_from_tools(tools: &mut Value) -> bool {
    remove_from_servers(tools, |tool| tool.get("type").is_some_and(|kind| kind == "mcp"))
}

fn remove_from_servers(list: &mut Value, is_server: impl Fn(&Object) -> bool) -> bool {
    let entries = list.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
    entries.filter(|entry| is_server(entry)).fold(false, |removed, entry| {
        let before = entry.len();
        entry.retain(|name, _| !KEYS_OF_SERVERS.contains(&name.as_str()));
        remove_secrets(entry) || entry.len() < before || removed
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_for_servers_are_taken_out_and_schemas_stay() {
        let schema = json!({"type": "function", "name": "login", "parameters": {"properties": {"password": {"type": "string"}}}});
        let mut tools = json!([{"type": "mcp", "server_url": "https://a", "headers": {"X-My": "k"}, "authorization": "k"}, schema.clone()]);
        assert!(remove_from_tools(&mut tools));
        assert_eq!(tools, json!([{"type": "mcp", "server_url": "https://a"}, schema]));
        let Value::Object(mut body) = json!({"mcp_servers": [{"url": "https://a", "authorization_token": "k"}], "api_key": "k", "seed": 1})
        else {
            unreachable!()
        };
        assert!(remove_from_settings(&mut body));
        assert_eq!(Value::Object(body), json!({"mcp_servers": [{"url": "https://a"}], "seed": 1}));
    }
}
