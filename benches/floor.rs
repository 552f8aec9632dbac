//! The floor of the main job: its unavoidable steps as separate single-thread loops, with nothing between them.
//!
//! `cargo bench --bench floor -- FOLDER` reads every `*.jsonl` file of a folder and prints, tab-separated, what each step costs:
//! CPU seconds (median of five passes) and MB of input (1e6 bytes) per CPU-second; the last line is the sum. Writing the
//! result to files is left out, so the floor is below what any tool can reach.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command that reports to a terminal")]
#![expect(clippy::disallowed_methods, reason = "measures plain reads, not those of `io`")]

use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::hint::black_box;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::time::{ClockId, clock_gettime};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use sha2::{Digest, Sha256};

/// Passes over the data for each step.
const PASSES: usize = 5;
/// Bytes of a page before compression: the default of the Parquet writer.
const PAGE_BYTES: usize = 1 << 20;
/// Level at which pages are compressed, as in the default configuration.
const ZSTD_LEVEL: i32 = 3;

fn main() -> ExitCode {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let Some(folder) = folder else {
        eprintln!("usage: cargo bench --bench floor -- FOLDER");
        return ExitCode::from(2);
    };
    match measure(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot measure `{folder}`: {error}");
            ExitCode::from(2)
        }
    }
}

fn measure(folder: &Path) -> io::Result<()> {
    let files = line_files(folder)?;
    let mut data = Vec::new();
    read_all(&files, &mut data)?;
    let lines: Vec<&[u8]> = data.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
    let records: Vec<Record<'_>> =
        lines.iter().map(|line| serde_json::from_slice(line)).collect::<Result<_, _>>().map_err(io::Error::other)?;
    let pages = pages(&records);

    let mut buffer = Vec::with_capacity(data.len());
    let read = cpu_seconds(|| read_all(&files, &mut buffer))?;
    drop(buffer);
    let parse = cpu_seconds(|| {
        for line in &lines {
            black_box(serde_json::from_slice::<Record<'_>>(line).map_err(io::Error::other)?);
        }
        Ok(())
    })?;
    let digest = cpu_seconds(|| {
        for line in &lines {
            black_box(Sha256::digest(line));
        }
        Ok(())
    })?;
    let mut compressor = zstd::bulk::Compressor::new(ZSTD_LEVEL)?;
    let longest = pages.iter().map(Vec::len).max().unwrap_or(0);
    let mut compressed = vec![0; zstd::zstd_safe::compress_bound(longest)];
    let compress = cpu_seconds(|| {
        for page in &pages {
            black_box(compressor.compress_to_buffer(page, &mut compressed)?);
        }
        Ok(())
    })?;
    let mut line = Vec::new();
    let write = cpu_seconds(|| {
        for record in &records {
            line.clear();
            serde_json::to_writer(&mut line, record).map_err(io::Error::other)?;
            black_box(&line);
        }
        Ok(())
    })?;

    let megabytes = data.len() as f64 / 1e6;
    println!("step\tCPU s\tMB per CPU-second");
    let steps =
        [("read", read), ("parse JSON", parse), ("SHA-256", digest), ("zstd -3", compress), ("write JSON", write)];
    for (name, seconds) in steps.into_iter().chain([("sum", steps.iter().map(|(_, seconds)| seconds).sum())]) {
        println!("{name}\t{seconds:.4}\t{:.1}", megabytes / seconds);
    }
    Ok(())
}

/// CPU seconds of this process for one pass: the median of [`PASSES`].
fn cpu_seconds(mut pass: impl FnMut() -> io::Result<()>) -> io::Result<f64> {
    let mut seconds = [0.0; PASSES];
    for slot in &mut seconds {
        let start = cpu_clock();
        pass()?;
        *slot = cpu_clock() - start;
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[PASSES / 2])
}

fn cpu_clock() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn line_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(io::Error::other("expected `*.jsonl` files, but found none"));
    }
    files.sort();
    Ok(files)
}

fn read_all(files: &[PathBuf], data: &mut Vec<u8>) -> io::Result<()> {
    data.clear();
    for file in files {
        fs::File::open(file)?.read_to_end(data)?;
        data.push(b'\n');
    }
    Ok(())
}

/// The values of each field, one after the other as in a column, cut into pages.
fn pages(records: &[Record<'_>]) -> Vec<Vec<u8>> {
    let mut columns: Vec<(&str, Vec<u8>)> = Vec::new();
    let mut pages = Vec::new();
    for (name, value) in records.iter().flat_map(|record| &record.0) {
        let place = columns.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            columns.push((name, Vec::new()));
            columns.len() - 1
        });
        let page = &mut columns[place].1;
        match value {
            FieldValue::Text(text) => page.extend_from_slice(text.as_bytes()),
            FieldValue::Other(other) => page.extend_from_slice(other.to_string().as_bytes()),
        }
        if page.len() >= PAGE_BYTES {
            pages.push(std::mem::take(page));
        }
    }
    pages.extend(columns.into_iter().map(|(_, page)| page));
    pages
}

/// A JSON object with its fields in order, text borrowed from the line where it has no escapes.
struct Record<'a>(Vec<(Cow<'a, str>, FieldValue<'a>)>);

enum FieldValue<'a> {
    Text(Cow<'a, str>),
    Other(serde_json::Value),
}

impl<'de> Deserialize<'de> for Record<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Record<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(16);
                while let Some(Text(name)) = map.next_key()? {
                    fields.push((name, map.next_value()?));
                }
                Ok(Record(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// Text that borrows when it can; `Cow` alone never does.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match FieldValue::deserialize(deserializer)? {
            FieldValue::Text(text) => Ok(Self(text)),
            FieldValue::Other(_) => Err(serde::de::Error::custom("expected text")),
        }
    }
}

impl<'de> Deserialize<'de> for FieldValue<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = FieldValue<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a value")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(FieldValue::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(FieldValue::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(FieldValue::Other(serde_json::Value::Null))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
                Ok(FieldValue::Other(value.into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok(FieldValue::Other(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok(FieldValue::Other(value.into()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
                Ok(FieldValue::Other(value.into()))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(FieldValue::Other(serde_json::Value::Array(items)))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let value = serde_json::Map::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(FieldValue::Other(serde_json::Value::Object(value)))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            match value {
                FieldValue::Text(text) => map.serialize_entry(name, text)?,
                FieldValue::Other(other) => map.serialize_entry(name, other)?,
            }
        }
        map.end()
    }
}
