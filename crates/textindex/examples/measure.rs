//! Speed and size of the text index: builds it, merges it from parts, and asks it.
//!
//! `cargo run --profile fast -p textindex --example measure -- [ROWS | FILE] [PARTS]`
//!
//! Without a file the rows are made here: single calls, retrieval and agents that resend their history, of words drawn as in prose.
//! A file holds one row a line, in the order of a segment: `{"texts": ["..."], "messages": ["[{...}]"]}`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program: it prints, and stops at the first failure")]

use bytes::Bytes;
use model::{filter::TextPattern, telemetry::Message};
use std::{
    collections::HashSet,
    fs::File,
    io::{BufRead, BufReader},
    time::{Duration, Instant},
};
use textindex::{Answer, Builder, Input, Reader, RowMap, TextMatcher, merge};

const DEFAULT_ROWS: usize = 20_000;
const DEFAULT_PARTS: usize = 8;
const VOCABULARY: u64 = 20_000;
/// Questions of each kind.
const QUESTIONS: usize = 100;

struct Row {
    texts: Vec<String>,
    messages: Vec<String>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let source = arguments.next().unwrap_or_else(|| DEFAULT_ROWS.to_string());
    let parts = arguments.next().map_or(DEFAULT_PARTS, |parts| parts.parse().unwrap());
    let rows = source.parse().map_or_else(|_| read(&source), made);
    let (all, distinct) = text_bytes(&rows);
    println!("{} rows, {:.1} MB of text, {:.1} MB of it distinct", rows.len(), megabytes(all), megabytes(distinct));

    let start = Stopwatch::start();
    let whole = build(rows.iter().enumerate(), rows.len());
    report_speed("build", start.elapsed(), all, distinct);
    let index = Reader::open_bytes(whole.clone()).unwrap();
    println!("  {:?}", index.contents());
    println!(
        "  index {:.2} MB: {:.1} % of all text, {:.1} % of distinct text",
        megabytes(whole.len()),
        share(whole.len(), all),
        share(whole.len(), distinct)
    );
    println!(
        "  terms {:.2} MB, row lists and hashes {:.2} MB",
        megabytes(index.term_bytes() as usize),
        megabytes(index.document_bytes() as usize)
    );

    let inputs = divided(&rows, parts);
    let before = peak_memory();
    let start = Stopwatch::start();
    let merged = merge_all(&inputs, rows.len());
    report_speed(&format!("merge of {parts}"), start.elapsed(), all, distinct);
    assert!(merged == whole, "merging gave another index");
    println!("  peak memory {:.0} MB before, {:.0} MB after", before, peak_memory());
    drop(inputs);

    let start = Stopwatch::start();
    index.verify().unwrap();
    report_speed("verify", start.elapsed(), all, distinct);
    ask(&index, &rows);
}

fn build<'a>(rows: impl Iterator<Item = (usize, &'a Row)>, total: usize) -> Bytes {
    let mut builder = Builder::new();
    for (number, row) in rows {
        row.texts.iter().for_each(|text| builder.add(number as u32, text).unwrap());
        row.messages.iter().for_each(|json| builder.add_messages(number as u32, json).unwrap());
    }
    let mut bytes = Vec::new();
    builder.finish(total as u32, &mut bytes).unwrap();
    bytes.into()
}

/// Parts as compaction meets them: pieces of 50 neighbouring rows, dealt in turn.
fn divided(rows: &[Row], parts: usize) -> Vec<(Bytes, RowMap)> {
    (0..parts)
        .map(|part| {
            let members: Vec<usize> = (0..rows.len()).filter(|row| row / 50 % parts == part).collect();
            let index = build(members.iter().map(|&row| &rows[row]).enumerate(), members.len());
            (index, members.into_iter().map(|row| Some(row as u32)).collect())
        })
        .collect()
}

fn merge_all(parts: &[(Bytes, RowMap)], rows: usize) -> Bytes {
    let readers: Vec<_> = parts.iter().map(|(bytes, _)| Reader::open_bytes(bytes.clone()).unwrap()).collect();
    let inputs: Vec<_> = readers.iter().zip(parts).map(|(index, (_, rows))| Input { index, rows }).collect();
    let mut bytes = Vec::new();
    merge(&inputs, rows as u32, &mut bytes).unwrap();
    bytes.into()
}

fn ask(index: &Reader<Bytes>, rows: &[Row]) {
    let mut random = Random(99);
    let mut samples = Vec::new();
    while samples.len() < QUESTIONS {
        let row = &rows[random.below(rows.len() as u64) as usize];
        let text = row.messages.iter().chain(&row.texts).map(|text| plain(text)).collect::<Vec<_>>().join(" ");
        let words: Vec<&str> =
            text.split_whitespace().filter(|word| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic())).collect();
        if words.len() > 2 {
            let at = random.below(words.len() as u64 - 1) as usize;
            samples.push((words[at].to_owned(), words[at + 1].to_owned()));
        }
    }
    let piece = |word: &str| word[word.len() / 4..].to_owned();
    let kinds: [(&str, &dyn Fn(&str, &str) -> TextPattern); 6] = [
        ("word", &|first, _| TextPattern::Word(first.into())),
        ("two words", &|first, second| TextPattern::Phrase(format!("{first} {second}"))),
        ("prefix", &|first, _| TextPattern::Prefix(first[..3].into())),
        ("pattern, inside of a word", &|first, _| TextPattern::Regex(piece(first))),
        ("pattern, two choices", &|first, second| TextPattern::Regex(format!("({first}|{second})s?"))),
        ("unknown word", &|first, _| TextPattern::Word(format!("{first}zzq"))),
    ];
    for (kind, pattern) in kinds {
        let (mut times, mut found, mut scans) = (Vec::new(), 0, 0);
        for (first, second) in &samples {
            let pattern = pattern(first, second);
            TextMatcher::new(&pattern).unwrap();
            let start = Stopwatch::start();
            match index.candidates(&pattern).unwrap() {
                Answer::Rows { rows, .. } => found += rows.len(),
                Answer::Scan => scans += 1,
            }
            times.push(start.elapsed());
        }
        times.sort_unstable();
        let (median, p95) = (times[QUESTIONS / 2], times[QUESTIONS * 95 / 100]);
        println!("{kind}: median {median:.1?}, p95 {p95:.1?}, {} rows on average, {scans} scans", found / QUESTIONS);
    }
}

/// The words of a message without its JSON, near enough to take samples from.
fn plain(json: &str) -> String {
    json.replace(['"', '{', '}', ',', ':', '.', '\\'], " | ")
}

fn text_bytes(rows: &[Row]) -> (usize, usize) {
    let mut seen = HashSet::new();
    let (mut all, mut distinct) = (0, 0);
    for row in rows {
        let messages: Vec<Message> = row.messages.iter().flat_map(|json| serde_json::from_str::<Vec<Message>>(json).unwrap()).collect();
        let messages: Vec<String> = messages.iter().map(|message| serde_json::to_string(&message.parts).unwrap()).collect();
        for text in row.texts.iter().chain(&messages) {
            all += text.len();
            if seen.insert(blake3::hash(text.as_bytes())) {
                distinct += text.len();
            }
        }
    }
    (all, distinct)
}

fn read(path: &str) -> Vec<Row> {
    let texts = |value: &serde_json::Value| value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect();
    let row = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        Row { texts: texts(&value["texts"]), messages: texts(&value["messages"]) }
    };
    BufReader::new(File::open(path).unwrap()).lines().map(|line| row(&line.unwrap())).collect()
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// So many characters of words, a few of them in most sentences, most of them rare.
    fn text(&mut self, from: u64, to: u64) -> String {
        let length = from + self.below(to - from);
        let mut text = String::new();
        while (text.len() as u64) < length {
            let share = self.below(1 << 20) as f64 / f64::from(1 << 20);
            let rank = (VOCABULARY as f64).powf(share) as u64;
            let mut word = Random(rank.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
            word.next();
            let letters = 2 + word.below(9);
            text.extend((0..letters).map(|_| char::from(b'a' + word.below(26) as u8)));
            text.push_str(if self.below(12) == 0 { ". " } else { " " });
        }
        text
    }
}

fn made(count: usize) -> Vec<Row> {
    let mut random = Random(7);
    let system = Message::text("system", random.text(500, 600));
    let json = |messages: &[Message]| serde_json::to_string(messages).unwrap();
    let row = |name: &str, messages: Vec<String>| Row { texts: vec![name.to_owned()], messages };
    let mut rows = Vec::new();
    while rows.len() < count {
        let question = Message::text("user", random.text(50, 800));
        match random.below(10) {
            0..6 => {
                rows.push(row("chat", vec![json(&[system.clone(), question]), json(&[Message::text("assistant", random.text(200, 1500))])]))
            }
            6..9 => {
                let documents = random.text(2400, 6000);
                rows.push(row("retrieve", vec![json(&[Message::text("tool", documents.clone())])]));
                let asked = Message::text("user", documents + &random.text(100, 200));
                rows.push(row("chat", vec![json(&[system.clone(), asked]), json(&[Message::text("assistant", random.text(200, 1500))])]));
            }
            _ => {
                let mut history = vec![system.clone(), question];
                for _ in 0..4 + random.below(16) {
                    let answer = Message::text("assistant", random.text(200, 1500));
                    rows.push(row("chat", vec![json(&history), json(std::slice::from_ref(&answer))]));
                    let result = Message::text("tool", random.text(200, 2000));
                    rows.push(row("execute_tool search", vec![json(std::slice::from_ref(&result))]));
                    history.extend([answer, result]);
                }
            }
        }
    }
    rows
}

fn report_speed(what: &str, time: Duration, all: usize, distinct: usize) {
    let speed = |bytes: usize| megabytes(bytes) / time.as_secs_f64();
    println!("{what}: {time:.2?}, {:.0} MB/s of all text, {:.0} MB/s of distinct text", speed(all), speed(distinct));
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

/// Time on the processor, so that other programs do not count; by the clock where the system does not say.
struct Stopwatch {
    start: Instant,
    on_processor: Option<Duration>,
}

impl Stopwatch {
    fn start() -> Self {
        Self { start: Instant::now(), on_processor: Self::on_processor() }
    }

    fn elapsed(&self) -> Duration {
        Self::on_processor().zip(self.on_processor).map_or_else(|| self.start.elapsed(), |(now, start)| now - start)
    }

    fn on_processor() -> Option<Duration> {
        let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        Some(Duration::from_nanos(statistics.split(' ').next()?.parse().ok()?))
    }
}

/// In MB; 0 where the system does not say.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|line| line.trim().strip_suffix(" kB"));
    peak.and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or(0.0) * 1024.0 / 1e6
}
