//! Every read of the lake, through the public port, over a real catalog. One binary: linking is what takes time.

mod conformance;
mod reads;
mod sql;
mod support;
