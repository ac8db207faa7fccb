//! Speed and size of the text index: builds it, merges it from parts, and asks it.
//!
//! `cargo run --profile fast -p textindex --example measure -- [ROWS | FILE] [PARTS]`
//!
//! Without a file the rows are made here: single calls, retrieval and agents that resend their history, of words drawn as in prose.
//! A file holds one row a line, in the order of a segment: `{"texts": ["..."], "messages": ["[{...}]"]}`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program: it prints, and stops at the first failure")]

use bytes::Bytes;
use model::{filter::TextPattern, telemetry::Message};
use serde_json::value::RawValue;
use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Write},
    os::unix::fs::FileExt,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use textindex::{Answer, Builder, Input, ReadAt, Reader, RowMap, merge};

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
    if source == "--merge" {
        let parts = arguments.next().unwrap().parse().unwrap();
        return merge_parts(parts, Path::new(&arguments.next().unwrap()));
    }
    let parts = arguments.next().map_or(DEFAULT_PARTS, |parts| parts.parse().unwrap());
    let source = source.parse().map_or(Source::File(source), Source::Made);
    let Overview { rows, all, distinct, samples } = overview(&source);
    println!("{rows} rows, {:.1} MB of text, {:.1} MB of it distinct", megabytes(all), megabytes(distinct));

    let (mut builder, mut time) = (Builder::new(), Duration::ZERO);
    source.for_each(|number, row| {
        let start = Stopwatch::start();
        add(&mut builder, number, row);
        time += start.elapsed();
    });
    let start = Stopwatch::start();
    let whole = finish(builder, rows);
    report_speed("build", time + start.elapsed(), all, distinct);
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

    // In a process of its own, so that its memory can be told.
    let folder = std::env::temp_dir().join(format!("textindex-measure-{}", std::process::id()));
    write_parts(&source, parts, &folder);
    let merging = Command::new(std::env::current_exe().unwrap()).args(["--merge", &parts.to_string()]).arg(&folder).status().unwrap();
    assert!(merging.success() && fs::read(folder.join("merged")).unwrap() == *whole, "merging gave another index");
    fs::remove_dir_all(&folder).unwrap();

    let start = Stopwatch::start();
    index.verify().unwrap();
    report_speed("verify", start.elapsed(), all, distinct);
    ask(&index, &samples);
}

fn add(builder: &mut Builder, number: u32, row: &Row) {
    row.texts.iter().for_each(|text| builder.add(number, text).unwrap());
    row.messages.iter().for_each(|json| builder.add_messages(number, json).unwrap());
}

fn finish(builder: Builder, rows: u32) -> Bytes {
    let mut bytes = Vec::new();
    builder.finish(rows, &mut bytes).unwrap();
    bytes.into()
}

/// Parts as compaction meets them: pieces of 50 neighbouring rows, dealt in turn.
fn write_parts(source: &Source, parts: usize, folder: &Path) {
    fs::create_dir(folder).unwrap();
    let mut builders: Vec<(Builder, Vec<u8>, u32)> = (0..parts).map(|_| (Builder::new(), Vec::new(), 0)).collect();
    source.for_each(|number, row| {
        let (builder, map, rows) = &mut builders[number as usize / 50 % parts];
        add(builder, *rows, row);
        map.extend(number.to_le_bytes());
        *rows += 1;
    });
    for (part, (builder, map, rows)) in builders.into_iter().enumerate() {
        fs::write(folder.join(format!("{part}.rows")), map).unwrap();
        fs::write(folder.join(part.to_string()), finish(builder, rows)).unwrap();
    }
}

struct IndexFile(File);

impl ReadAt for IndexFile {
    fn read_at(&self, offset: u64, len: usize) -> io::Result<Bytes> {
        let mut bytes = vec![0; len];
        self.0.read_exact_at(&mut bytes, offset)?;
        Ok(bytes.into())
    }
}

fn merge_parts(parts: usize, folder: &Path) {
    let start = Stopwatch::start();
    let maps: Vec<RowMap> = (0..parts)
        .map(|part| {
            let map = fs::read(folder.join(format!("{part}.rows"))).unwrap();
            map.as_chunks().0.iter().map(|row| Some(u32::from_le_bytes(*row))).collect()
        })
        .collect();
    let readers: Vec<_> = (0..parts)
        .map(|part| {
            let file = File::open(folder.join(part.to_string())).unwrap();
            let len = file.metadata().unwrap().len();
            Reader::open(IndexFile(file), 0, len).unwrap()
        })
        .collect();
    let inputs: Vec<_> = readers.iter().zip(&maps).map(|(index, rows)| Input { index, rows }).collect();
    let rows: usize = maps.iter().map(RowMap::len).sum();
    let mut out = BufWriter::new(File::create(folder.join("merged")).unwrap());
    let len = merge(&inputs, rows as u32, &mut out).unwrap();
    out.flush().unwrap();
    let time = start.elapsed();
    println!("merge of {parts}: {time:.2?}, {:.0} MB/s of index", megabytes(len as usize) / time.as_secs_f64());
    println!("  {:.0} MB of memory, with the maps of rows", peak_memory());
}

struct Overview {
    rows: u32,
    all: usize,
    distinct: usize,
    /// Pairs of words that stand side by side somewhere.
    samples: Vec<(String, String)>,
}

fn overview(source: &Source) -> Overview {
    let (mut seen, mut random) = (HashSet::new(), Random(99));
    let mut overview = Overview { rows: 0, all: 0, distinct: 0, samples: Vec::new() };
    source.for_each(|number, row| {
        overview.rows = number + 1;
        let messages = row.messages.iter().flat_map(|json| serde_json::from_str::<Vec<&RawValue>>(json).unwrap());
        for text in row.texts.iter().map(String::as_str).chain(messages.map(RawValue::get)) {
            overview.all += text.len();
            if !seen.insert(*blake3::hash(text.as_bytes()).as_bytes()) {
                continue;
            }
            overview.distinct += text.len();
            // Every text is as likely to be among the samples: a later one takes the place of one before.
            let place = random.below(seen.len() as u64) as usize;
            if place < QUESTIONS
                && let Some(pair) = neighbours(text, &mut random)
            {
                overview.samples.truncate(QUESTIONS);
                match overview.samples.get_mut(place) {
                    Some(sample) => *sample = pair,
                    None => overview.samples.push(pair),
                }
            }
        }
    });
    overview
}

fn neighbours(text: &str, random: &mut Random) -> Option<(String, String)> {
    let is_word = |word: &&str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let words: Vec<&str> = text.split(' ').filter(is_word).collect();
    let at = random.below(words.len().checked_sub(2)? as u64 + 1) as usize;
    Some((words[at].to_owned(), words.get(at + 1)?.to_string()))
}

/// A pattern made of two neighbouring words.
type Question<'a> = &'a dyn Fn(&str, &str) -> TextPattern;

fn ask(index: &Reader<Bytes>, samples: &[(String, String)]) {
    let piece = |word: &str| word[word.len() / 4..].to_owned();
    let kinds: [(&str, Question<'_>); 6] = [
        ("word", &|first, _| TextPattern::Word(first.into())),
        ("two words", &|first, second| TextPattern::Phrase(format!("{first} {second}"))),
        ("prefix", &|first, _| TextPattern::Prefix(first[..3].into())),
        ("pattern, inside of a word", &|first, _| TextPattern::Regex(piece(first))),
        ("pattern, two choices", &|first, second| TextPattern::Regex(format!("({first}|{second})s?"))),
        ("unknown word", &|first, _| TextPattern::Word(format!("{first}zzq"))),
    ];
    for (kind, pattern) in kinds {
        let (mut times, mut found, mut scans) = (Vec::new(), 0, 0);
        for (first, second) in samples {
            let pattern = pattern(first, second);
            let start = Instant::now();
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

enum Source {
    Made(usize),
    File(String),
}

impl Source {
    /// The same rows every time.
    fn for_each(&self, mut sink: impl FnMut(u32, &Row)) {
        match self {
            Self::Made(count) => made(*count, sink),
            Self::File(path) => {
                for (number, line) in BufReader::new(File::open(path).unwrap()).lines().enumerate() {
                    sink(number as u32, &read(&line.unwrap()));
                }
            }
        }
    }
}

fn read(line: &str) -> Row {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    let texts = |value: &serde_json::Value| value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect();
    Row { texts: texts(&value["texts"]), messages: texts(&value["messages"]) }
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

fn made(count: usize, mut sink: impl FnMut(u32, &Row)) {
    let mut random = Random(7);
    let system = Message::text("system", random.text(500, 600));
    let mut number = 0;
    while (number as usize) < count {
        for row in trace(&mut random, &system) {
            sink(number, &row);
            number += 1;
        }
    }
}

fn trace(random: &mut Random, system: &Message) -> Vec<Row> {
    let json = |messages: &[Message]| serde_json::to_string(messages).unwrap();
    let row = |name: &str, messages: Vec<String>| Row { texts: vec![name.to_owned()], messages };
    let question = Message::text("user", random.text(50, 800));
    let answer = |random: &mut Random| Message::text("assistant", random.text(200, 1500));
    match random.below(10) {
        0..6 => vec![row("chat", vec![json(&[system.clone(), question]), json(&[answer(random)])])],
        6..9 => {
            let documents = random.text(2400, 6000);
            let asked = Message::text("user", documents.clone() + &random.text(100, 200));
            vec![
                row("retrieve", vec![json(&[Message::text("tool", documents)])]),
                row("chat", vec![json(&[system.clone(), asked]), json(&[answer(random)])]),
            ]
        }
        _ => {
            let (mut rows, mut history) = (Vec::new(), vec![system.clone(), question]);
            for _ in 0..4 + random.below(16) {
                let answer = answer(random);
                rows.push(row("chat", vec![json(&history), json(std::slice::from_ref(&answer))]));
                let result = Message::text("tool", random.text(200, 2000));
                rows.push(row("execute_tool search", vec![json(std::slice::from_ref(&result))]));
                history.extend([answer, result]);
            }
            rows
        }
    }
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
