//! Prints the OpenAPI document: `cargo run -p server --example openapi > web/src/api/openapi.json`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    let text = server::openapi().to_pretty_json().map_err(std::io::Error::other)?;
    writeln!(std::io::stdout(), "{text}")
}
