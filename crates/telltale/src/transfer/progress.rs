//! A line on the terminal that says how far a transfer is.

use std::{
    io::{IsTerminal as _, Write as _, stderr},
    time::{Duration, Instant},
};

const PERIOD: Duration = Duration::from_millis(500);

/// Silent unless standard error is a terminal.
pub(super) struct Progress {
    is_shown: bool,
    began: Instant,
    shown: Instant,
    bytes: u64,
}

impl Progress {
    pub(super) fn begin() -> Self {
        let now = Instant::now();
        Self { is_shown: stderr().is_terminal(), began: now, shown: now, bytes: 0 }
    }

    pub(super) fn add(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        if self.is_shown && self.shown.elapsed() >= PERIOD {
            self.shown = Instant::now();
            self.show();
        }
    }

    /// Leaves the cursor on a line of its own.
    pub(super) fn end(&self) {
        if self.is_shown {
            self.show();
            writeln!(stderr()).ok();
        }
    }

    fn show(&self) {
        let megabytes = self.bytes as f64 / 1e6;
        let rate = megabytes / self.began.elapsed().as_secs_f64().max(1e-3);
        // The terminal may be gone; the transfer goes on.
        write!(stderr(), "\r{megabytes:.1} MB, {rate:.1} MB/s ").ok();
        stderr().flush().ok();
    }
}
