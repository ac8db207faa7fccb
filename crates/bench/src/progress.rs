//! What happens right now, on standard error; standard output is for the report.

use std::io::Write as _;

pub(crate) fn say(text: &str) {
    // Nobody reads it: then nobody misses it.
    drop(writeln!(std::io::stderr(), "bench: {text}"));
}
