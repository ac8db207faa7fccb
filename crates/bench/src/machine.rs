//! What the figures were made on and by.

use serde_json::{Value, json};
use std::fs;

/// Cores, memory, kernel and CPU of this machine.
pub(crate) fn describe() -> Value {
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let memory_kib: Option<u64> = field("/proc/meminfo", "MemTotal").and_then(|text| text.split_whitespace().next()?.parse().ok());
    json!({
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "cpu": field("/proc/cpuinfo", "model name"),
        "memory_bytes": memory_kib.map(|kib| kib * 1_024),
        "kernel": fs::read_to_string("/proc/sys/kernel/osrelease").ok().map(|text| text.trim().to_owned()),
        "architecture": std::env::consts::ARCH,
    })
}

/// The cargo profile this binary was built with, as the folder it lies in says.
pub(crate) fn profile() -> String {
    let folder = std::env::current_exe().ok().and_then(|file| Some(file.parent()?.file_name()?.to_str()?.to_owned()));
    folder.filter(|name| ["debug", "release", "fast", "dist"].contains(&name.as_str())).unwrap_or_else(|| "unknown".to_owned())
}

/// The command as it was given.
pub(crate) fn command() -> String {
    let mut words: Vec<String> = std::env::args().collect();
    if let Some(program) = words.first_mut() {
        *program = "telltale".to_owned();
    }
    words.join(" ")
}
