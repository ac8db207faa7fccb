//! Recorded bodies to start from, by the format that they are in.

use super::readers::Format;
use serde_json::Value;
use std::{fs, io::Read, path::Path};

/// Larger ones say the same at more cost.
const MAX_BYTES: usize = 24 * 1024;

pub(crate) struct Seed {
    pub(crate) format: Format,
    pub(crate) bytes: Vec<u8>,
    /// Of JSON bodies.
    pub(crate) json: Option<Value>,
}

pub(crate) fn seeds() -> Vec<Seed> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut files: Vec<_> = ["otlp", "captures"]
        .into_iter()
        .flat_map(|folder| fs::read_dir(fixtures.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let mut seeds = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = inflated(fs::read(&file).unwrap());
        let json = serde_json::from_slice::<Value>(&bytes).ok();
        if let Some(format) = Format::of_fixture(&name, json.is_some())
            && bytes.len() <= MAX_BYTES
        {
            seeds.push(Seed { format, bytes, json });
        }
    }
    seeds.extend(super::readers::made_seeds());
    seeds
}

fn inflated(bytes: Vec<u8>) -> Vec<u8> {
    let mut plain = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
    } else if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        plain = zstd::decode_all(bytes.as_slice()).unwrap();
    } else {
        plain = bytes;
    }
    plain
}
