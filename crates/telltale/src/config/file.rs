//! `telltale.toml`: the same settings by the same names, below the environment and the command line.

use clap::{Command, error::ErrorKind};
use std::{ffi::OsString, path::PathBuf};

const DEFAULT_FILE: &str = "telltale.toml";
const FILE_VARIABLE: &str = "TELLTALE_CONFIG";

/// Makes the file's values the defaults of the command line. The file is `telltale.toml` in the working directory, if there is one,
/// or the one that `TELLTALE_CONFIG` names, which must exist.
pub(crate) fn apply(command: Command, arguments: &[OsString]) -> Result<Command, clap::Error> {
    let named = std::env::var_os(FILE_VARIABLE).map(PathBuf::from);
    let path = named.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    if named.is_none() && !path.is_file() {
        return Ok(command);
    }
    let fail = |message: String| clap::Error::raw(ErrorKind::InvalidValue, format!("{}: {message}\n", path.display()));
    let text = std::fs::read_to_string(&path).map_err(|error| fail(error.to_string()))?;
    let chosen = arguments.get(1).and_then(|argument| argument.to_str()).map(str::to_owned);
    with_defaults(command, &text, chosen.as_deref()).map_err(fail)
}

fn with_defaults(mut command: Command, text: &str, chosen: Option<&str>) -> Result<Command, String> {
    let settings: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    for (key, value) in settings {
        let id = key.replace('-', "_");
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(flag) => flag.to_string(),
            _ => return Err(format!("{key}: expected a text, a number, true or false")),
        };
        let is_setting_of = |subcommand: &Command| subcommand.get_arguments().any(|argument| argument.get_id() == id.as_str());
        if !command.get_subcommands().any(is_setting_of) {
            return Err(format!("{key}: no such setting; `telltale serve --help` lists them"));
        }
        // Only the chosen role's own settings matter; a file may be shared by `serve` and `worker`.
        let roles: Vec<String> = command
            .get_subcommands()
            .filter(|role| chosen == Some(role.get_name()) && is_setting_of(role))
            .map(|role| role.get_name().to_owned())
            .collect();
        for role in roles {
            command = command.mut_subcommand(role, |subcommand| subcommand.mut_arg(&id, |argument| argument.default_value(value.clone())));
        }
    }
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ServeConfig;
    use clap::{Args, FromArgMatches};

    fn serve_with(text: &str, arguments: &[&str]) -> Result<ServeConfig, String> {
        let command = Command::new("telltale").subcommand(ServeConfig::augment_args(Command::new("serve")));
        let command = with_defaults(command, text, Some("serve"))?;
        let matches = command.try_get_matches_from([&["telltale", "serve"], arguments].concat()).map_err(|error| error.to_string())?;
        let (_, serve) = matches.subcommand().ok_or("no subcommand")?;
        ServeConfig::from_arg_matches(serve).map_err(|error| error.to_string())
    }

    #[test]
    fn the_file_sets_defaults_and_the_command_line_wins() {
        let text = "listen = \"127.0.0.1:9\"\nmemory = \"2GiB\"\nquery-timeout = 7\nno-worker = true\n";
        let config = serve_with(text, &["--memory", "3GiB"]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:9");
        assert_eq!(config.storage.memory.to_string(), "3GiB");
        assert_eq!((config.query_timeout, config.no_worker), (7, true));
    }

    #[test]
    fn an_unknown_setting_is_named() {
        assert!(serve_with("colour = \"red\"", &[]).unwrap_err().contains("colour: no such setting"));
        assert!(serve_with("listen = [1]", &[]).unwrap_err().contains("listen: expected"));
        assert!(serve_with("listen = \"nowhere\"", &[]).unwrap_err().contains("nowhere"));
    }
}
