//! The server's routes, called in process: no socket, no clock, no store but memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in tests a panic is the report")]

mod accounts;
mod auth;
mod costs;
mod erasing;
mod export;
mod library;
mod live;
mod local_mode;
mod openapi;
mod operations;
mod prices;
mod problems;
mod projects;
mod reads;
mod scores;
mod support;
