//! The logging proxy between real sockets: a fake provider, or one that answers with given bytes, on one side, and an HTTP client on the other.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail the test")]

mod access;
#[path = "../http/accounts.rs"]
mod accounts;
mod bytes_pass;
mod canned;
mod claude_code;
mod endings;
mod harness;
mod limits;
mod records;
mod secrets;
