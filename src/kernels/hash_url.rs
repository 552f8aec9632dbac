//! A short hash of an address, by which equal addresses are found.

use super::normalize_url::normalize_url;
use super::sha256::Digest;

/// The first eight bytes of the SHA-256 of an address, as it is written.
pub fn hash_url(url: &str) -> u64 {
    let digest = Digest::of(url.as_bytes());
    let (heads, _) = digest.0.as_chunks::<8>();
    u64::from_be_bytes(heads[0])
}

/// The same of the normalised address, so that it equals that of a `canonical_url`; what is no address is hashed as it is written.
pub fn hash_address(url: &str) -> u64 {
    normalize_url(url, None).map_or_else(|| hash_url(url), |url| hash_url(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_written_otherwise_are_equal() {
        assert_eq!(hash_address("HTTPS://Example.org:443/a"), hash_url("https://example.org/a"));
        assert_eq!(hash_address("no address"), hash_url("no address"));
        assert_ne!(hash_address("https://example.org/a"), hash_address("https://example.org/b"));
    }
}
