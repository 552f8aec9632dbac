//! How bytes reach a reader: a decoded stream, with random access where the file allows it, and the two ways it can fail.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use crate::rejection::Rejection;

/// Positioned reads of a file; needed by formats whose index stands at the end.
pub trait ReadAt: Send + Sync {
    /// Length of the file in bytes.
    fn length(&self) -> u64;

    /// Fills `buffer` from `offset`; fewer bytes only at the end of the file.
    ///
    /// # Errors
    /// What the operating system says.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

/// A decoded stream.
///
/// A failed `read` is either the operating system's refusal, or a [`StreamDamage`] that says what is wrong with the content:
/// [`damage_of`] tells them apart.
pub trait RawInput: Read {
    /// Positioned access to the same bytes; `None` for decompressed streams.
    fn random_access(&self) -> Option<Arc<dyn ReadAt>> {
        None
    }
}

impl RawInput for &[u8] {}
impl<T: AsRef<[u8]>> RawInput for io::Cursor<T> {}

/// What a decoder found wrong with the content of a stream; travels inside an [`io::Error`].
#[derive(Debug)]
pub struct StreamDamage(pub Rejection);

impl StreamDamage {
    /// Wraps a rejection so that it can be returned from `read`.
    pub fn into_io(rejection: Rejection) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, Self(rejection))
    }
}

impl fmt::Display for StreamDamage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.reason.code(), self.0.detail)
    }
}

impl std::error::Error for StreamDamage {}

/// The rejection inside a read error, if the content is to blame; otherwise the error back.
///
/// # Errors
/// The error itself when the operating system refused.
pub fn damage_of(error: io::Error) -> Result<Rejection, io::Error> {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<StreamDamage>()) {
        Some(damage) => Ok(damage.0.clone()),
        None => Err(error),
    }
}
