//! `telltale bench` against the real server: every row is in its report, with a value that can be true.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::Value;
use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Output},
};

fn bench(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_telltale"));
    std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TELLTALE_")).for_each(|(name, _)| {
        command.env_remove(name);
    });
    command.current_dir(folder).arg("bench").args(arguments).output().unwrap()
}

fn report(folder: &Path, arguments: &[&str]) -> (Value, String) {
    let output = bench(folder, &[arguments, &["--json", "report.json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report = std::fs::read_to_string(folder.join("report.json")).unwrap();
    (serde_json::from_str(&report).unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn rows(report: &Value) -> HashMap<&str, &Value> {
    report["rows"].as_array().unwrap().iter().map(|row| (row["name"].as_str().unwrap(), row)).collect()
}

#[test]
fn every_row_of_the_budget_is_measured_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let small = [
        "--scale",
        "quick",
        "--spans",
        "2000",
        "--batch",
        "50",
        "--wide-trace",
        "400",
        "--samples",
        "2",
        "--rate",
        "500",
        "--sustain",
        "5s",
    ];
    let (report, table) = report(folder.path(), &[&small[..], &["--data-dir", "store", "--keep"]].concat());
    let rows = rows(&report);
    for (name, row) in &rows {
        let value = row["measured"].as_f64().unwrap_or_else(|| panic!("{name} was not measured: {row}"));
        assert!(value.is_finite() && value >= 0.0, "{row}");
        assert!(table.contains(&format!("| {name} |")), "{name} is not in the table");
    }
    assert_eq!(
        (&rows["exact"]["measured"], &rows["visible"]["measured"]),
        (&Value::from(0.0), &Value::from(0.0)),
        "{} {}",
        rows["exact"],
        rows["visible"]
    );
    for name in ["burst", "sustained", "memory", "start.empty", "disk.total", "trace", "search.rare_word"] {
        assert!(rows[name]["measured"].as_f64().unwrap() > 0.0, "{}", rows[name]);
    }
    assert!(rows["disk.data"]["measured"].as_f64() <= rows["disk.total"]["measured"].as_f64());
    // 2,000, the large trace, ten requests that were looked for, and the sustained load.
    let stored = report["workload"]["spans_stored"].as_u64().unwrap();
    assert!(stored > 2_000 + 400 + 500, "{stored}");
    assert_eq!(rows["exact"]["detail"]["counted"], stored);
    assert!(report["command"].as_str().unwrap().starts_with("telltale bench --scale quick"));
    assert!(report["machine"]["cores"].as_u64().unwrap() > 0);

    measures_a_kept_folder_again(folder.path(), stored);
}

/// Queries ask for what is stored, without a second load.
fn measures_a_kept_folder_again(folder: &Path, stored: u64) {
    let again = ["--data-dir", "store", "--keep", "--debt-timeout", "0s", "--samples", "2", "--only", "latest.model,search.phrase,exact"];
    let (report, table) = report(folder, &again);
    let rows = rows(&report);
    assert_eq!(rows["exact"]["measured"], 0.0, "{}", rows["exact"]);
    assert_eq!(report["workload"]["spans_stored"], stored);
    assert_eq!(
        (&rows["latest.model"]["detail"]["samples"], &rows["search.phrase"]["detail"]["samples"]),
        (&Value::from(2), &Value::from(2))
    );
    assert_eq!((&rows["trace"]["verdict"], &rows["burst"]["verdict"]), (&Value::from("not asked for"), &Value::from("not measured")));
    assert!(!table.contains("| trace |"));
}

#[test]
fn a_week_has_seven_days_and_every_span_once() {
    let folder = tempfile::tempdir().unwrap();
    let (report, table) = report(
        folder.path(),
        &["week", "--spans", "1680", "--batch", "10", "--span-bytes", "2000", "--samples", "1", "--debt-timeout", "0s"],
    );
    assert_eq!(report["days"].as_array().unwrap().len(), 7);
    assert_eq!((&report["spans_made"], &report["spans_counted"]), (&Value::from(1_680), &Value::from(1_680)));
    for day in report["days"].as_array().unwrap() {
        assert!(day["files"].as_u64().unwrap() > 0 && day["queries"]["trace"]["p50"].as_f64().unwrap() > 0.0, "{day}");
    }
    assert!(table.contains("| 7 |"));
    assert!(std::fs::read_dir(folder.path()).unwrap().all(|entry| entry.unwrap().file_name() == "report.json"));
}

/// Ends it while its server runs.
#[test]
fn an_interrupted_benchmark_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_telltale"));
    command.current_dir(folder.path()).env("TMPDIR", folder.path()).args(["bench", "--spans", "1M", "--only", "burst"]);
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("burst")), "it never began");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "its folder");
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert!(!child.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/thesis.txt"), "do not touch").unwrap();
    for (arguments, expected) in [
        (&["--only", "latests"][..], "--only: no row is called"),
        (&["--data-dir", "mine"], "holds something that no benchmark made"),
        (&["--url", "http://127.0.0.1:1"], "--url http://127.0.0.1:1"),
        (&["write"], "--out"),
        (&["--spans", "ten"], "expected a number such as 20000, 20k or 10M"),
    ] {
        let output = bench(folder.path(), arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && message.contains(expected), "{arguments:?}: {message}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("mine/thesis.txt")).unwrap(), "do not touch");
}
