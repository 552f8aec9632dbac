//! The only room that touches the world: it opens, reads, writes and replaces files.
//!
//! | for | there is |
//! |---|---|
//! | input | [`walk`], [`open`], [`open_range`], [`open_stdin`], [`sniff_head`], [`cut_lines`], [`feed_lines`] |
//! | intermediate data | [`SpillDir`], [`IpcWriter`], [`IpcReader`], [`SpillWriter`], [`SpillReader`], [`BlockWriter`], [`BlockReader`] |
//! | the dataset | [`Staging`], [`DigestWriter`] |
//! | single files | [`read_limited`], [`write_atomic`], [`write_new`], [`write_secret`], [`remove_file`], [`open_file`], [`digest_file`] |
//!
//! Errors of the operating system are [`Error`](crate::error::Error)s (or, inside `Read` and `Write`, `io::Error`s) that name the
//! path. What is wrong with the content of an input is a [`StreamDamage`](crate::stream::StreamDamage).
//!
//! Nothing here is memory-mapped, and symbolic links below an input root are never followed. The room needs a Unix system.
#![expect(clippy::disallowed_methods, reason = "this is the room that the rule leads to")]

mod atomic;
mod blocks;
mod codec;
mod cut;
mod decode;
mod digest;
mod exchange;
mod holder;
mod inspect;
mod ipc;
mod lock;
mod memory;
mod open;
mod place;
mod publish;
mod rows;
mod spill;
mod target;
mod walk;

pub use atomic::{random_bytes, read_limited, remove_file, write_atomic, write_new, write_secret};
pub use blocks::{BlockReader, BlockWriter};
pub use codec::Compression;
pub use cut::{cut_lines, feed_lines};
pub use digest::{DigestWriter, FileDigest};
pub use inspect::{digest_file, is_directory, open_file};
pub use ipc::{IpcReader, IpcWriter};
pub use memory::{cpu_seconds, peak_rss, spare_huge_pages};
pub use open::{Head, ReadLimits, open, open_range, open_stdin, sniff_head};
pub use place::{is_there, link_or_copy, real_path};
pub use publish::{CONVERSION, Kind, Published, QUARANTINE, Staging};
pub use rows::{SpillReader, SpillWriter};
pub use spill::SpillDir;
pub use walk::{OnUnreadable, Unreadable, Walk, WalkedFile, walk};

use std::path::Path;

/// An error inside `Read` or `Write` that names the path; its kind stays.
fn with_path(verb: &str, path: &Path, error: std::io::Error) -> std::io::Error {
    std::io::Error::new(error.kind(), crate::error::Error::io(verb, path, error))
}
