//! The dashboard is embedded from `web/dist`: a new build of it means a new build of this crate.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
