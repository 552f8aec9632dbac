//! HMAC-SHA-256 (RFC 2104): a digest that nobody can make again without the key.

use super::sha256::{Digest, Hasher, PREFIX};

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

/// A key, ready for use.
#[derive(Clone)]
pub struct Key {
    inner: [u8; BLOCK],
    outer: [u8; BLOCK],
}

impl Key {
    /// A key of 32 bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        let pad = |with: u8| {
            let mut block = [with; BLOCK];
            block.iter_mut().zip(bytes).for_each(|(byte, key)| *byte ^= key);
            block
        };
        Self { inner: pad(0x36), outer: pad(0x5c) }
    }

    /// The key of a key file: 64 hexadecimal digits; none for other text.
    pub fn parse(text: &str) -> Option<Self> {
        Digest::parse(&format!("{PREFIX}{}", text.trim_end())).map(|Digest(bytes)| Self::new(&bytes))
    }

    /// The HMAC of the parts, one behind the other.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut hasher = Hasher::new();
        hasher.update(&self.inner);
        for part in parts {
            hasher.update(part);
        }
        let Digest(inner) = hasher.finish();
        let mut hasher = Hasher::new();
        hasher.update(&self.outer);
        hasher.update(&inner);
        hasher.finish().0
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231 pads keys with zeros, so a shorter key is one of 32 bytes that ends with them.
    #[test]
    fn the_vectors_of_rfc_4231_come_out() {
        let sign = |key: &[u8], parts: &[&[u8]]| {
            let mut bytes = [0; 32];
            bytes[..key.len()].copy_from_slice(key);
            Digest(Key::new(&bytes).sign(parts)).to_string()
        };
        assert_eq!(
            sign(&[0x0b; 20], &[b"Hi ", b"There"]),
            "sha256:b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            sign(b"Jefe", &[b"what do ya want for nothing?"]),
            "sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
