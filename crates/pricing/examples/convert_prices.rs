//! Makes `crates/pricing/data/prices.json` from LiteLLM's price tables, newest first:
//!
//! `cargo run -p pricing --example convert_prices -- 2026-11-23 1.109.1=new.json 1.95.0=older.json > crates/pricing/data/prices.json`
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use pricing::{LiteLlmTable, from_litellm};
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let date = arguments.next().ok_or("expected DATE VERSION=FILE...")?;
    let files = arguments.map(|argument| {
        let (version, path) = argument.split_once('=').ok_or("expected VERSION=FILE")?;
        Ok::<_, Box<dyn Error>>((version.to_owned(), fs::read(path)?))
    });
    let files = files.collect::<Result<Vec<_>, _>>()?;
    let tables: Vec<_> = files.iter().map(|(version, json)| LiteLlmTable { json, version }).collect();
    let (newest, older) = tables.split_first().ok_or("expected at least one table")?;
    let conversion = from_litellm(*newest, older, &date)?;
    for row in &conversion.left_out {
        eprintln!("left out {}: {}", row.row, row.reason);
    }
    eprintln!("{} rows", conversion.book.len());
    print!("{}", conversion.book.to_json());
    Ok(())
}
