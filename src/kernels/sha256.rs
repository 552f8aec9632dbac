//! SHA-256 digests: of bytes, of streams, their text form, and order-free sums of them.
//!
//! The text form everywhere in the dataset is `sha256:` and 64 lower-case hexadecimal digits; the prefix
//! keeps readers from making a number of it. `sha2` picks the processor's SHA instructions at run time.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// What stands before the hexadecimal digits of a written digest.
pub const PREFIX: &str = "sha256:";

/// Bytes of the written form: the prefix and 64 digits.
pub const WRITTEN_LEN: usize = PREFIX.len() + 64;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The value of each hexadecimal digit, [`NO_DIGIT`] for other bytes.
const VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < HEX.len() {
        values[HEX[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// Has a bit that no value of a digit has.
const NO_DIGIT: u8 = 0x80;

/// The SHA-256 digest of some bytes; displays as `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Digests `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads the written form, `sha256:` and 64 lower-case hexadecimal digits; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut digest = [0; 32];
        let mut wrong = 0;
        for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
            let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
            wrong |= high | low;
            *byte = high << 4 | low & 0xF;
        }
        (wrong & NO_DIGIT == 0).then_some(Self(digest))
    }

    /// The written form as bytes, without an allocation. Always ASCII.
    pub fn written(&self) -> [u8; WRITTEN_LEN] {
        let mut out = [0; WRITTEN_LEN];
        let (prefix, digits) = out.split_at_mut(PREFIX.len());
        prefix.copy_from_slice(PREFIX.as_bytes());
        write_hex(&self.0, digits);
        out
    }

    /// Appends the written form to `out`.
    pub fn push_to(&self, out: &mut String) {
        out.push_str(PREFIX);
        push_hex(&self.0, out);
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(WRITTEN_LEN);
        self.push_to(&mut text);
        f.pad(&text)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Digests a stream piece by piece; how it is cut does not matter.
#[derive(Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Starts the digest of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next bytes of the stream.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes added.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher(..)")
    }
}

impl std::io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes `bytes` as lower-case hexadecimal digits, two per byte, into `out`.
///
/// Writes as many whole bytes as `out` has room for and returns the number of digits written, so
/// `&mut [0; 32]` takes the first 16 bytes of a digest.
pub fn write_hex(bytes: &[u8], out: &mut [u8]) -> usize {
    let mut written = 0;
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        pair[0] = HEX[usize::from(byte >> 4)];
        pair[1] = HEX[usize::from(byte & 15)];
        written += 2;
    }
    written
}

/// Appends `bytes` to `out` as lower-case hexadecimal digits, two per byte.
pub fn push_hex(bytes: &[u8], out: &mut String) {
    out.reserve(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(HEX[usize::from(byte >> 4)]));
        out.push(char::from(HEX[usize::from(byte & 15)]));
    }
}

/// The sum of digests modulo 2^256: one fingerprint of a multiset, in whatever order and on however many
/// threads it was added up.
///
/// A member can be taken out again. It detects loss, doubling and change by accident; it is no defence
/// against someone who chooses the members (sums of hashes can be forged).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct DigestSum {
    /// Little-endian limbs of 64 bits.
    limbs: [u64; 4],
}

impl DigestSum {
    /// Adds one member.
    pub fn add(&mut self, digest: &Digest) {
        self.merge(&Self::from(digest));
    }

    /// Takes one member out; the inverse of [`DigestSum::add`].
    pub fn subtract(&mut self, digest: &Digest) {
        // Two's complement: -x = !x + 1.
        let mut limbs = Self::from(digest).limbs.map(|limb| !limb);
        for limb in &mut limbs {
            let (sum, carry) = limb.overflowing_add(1);
            *limb = sum;
            if !carry {
                break;
            }
        }
        self.merge(&Self { limbs });
    }

    /// Adds all members of `other`.
    pub fn merge(&mut self, other: &Self) {
        let mut carry = false;
        for (limb, &more) in self.limbs.iter_mut().zip(&other.limbs) {
            let (sum, over) = limb.overflowing_add(more);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            *limb = sum;
            carry = over | over_again;
        }
    }

    /// The sum as 32 bytes, most significant first; it has the written form of a digest.
    pub fn to_digest(self) -> Digest {
        let mut bytes = [0; 32];
        for (out, limb) in bytes.chunks_exact_mut(8).zip(self.limbs.iter().rev()) {
            out.copy_from_slice(&limb.to_be_bytes());
        }
        Digest(bytes)
    }
}

impl From<&Digest> for DigestSum {
    /// The sum of one member; also reads back what [`DigestSum::to_digest`] gave.
    fn from(digest: &Digest) -> Self {
        let mut limbs = [0; 4];
        for (limb, bytes) in limbs.iter_mut().rev().zip(digest.0.chunks_exact(8)) {
            *limb = bytes.iter().fold(0, |limb, &byte| (limb << 8) | u64::from(byte));
        }
        Self { limbs }
    }
}

impl fmt::Debug for DigestSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DigestSum").field(&self.to_digest()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_digests() {
        // FIPS 180-2, appendix B.1, and the digest of nothing.
        assert_eq!(
            Digest::of(b"abc").to_string(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            Digest::of(b"").to_string(),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn only_the_written_form_is_read() {
        let written = Digest::of(b"x").to_string();
        assert_eq!(Digest::parse(&written), Some(Digest::of(b"x")));
        for bad in [
            "",
            "sha256:",
            &written[7..],
            &written[..70],
            &format!("{written}0"),
            &written.to_uppercase(),
            &written.replace("sha256", "sha512"),
            &format!("{}é", &written[..69]),
        ] {
            assert_eq!(Digest::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn hex_fills_what_there_is_room_for() {
        let mut out = [b'.'; 5];
        assert_eq!(write_hex(&[0xAB, 0x01, 0xFF], &mut out), 4);
        assert_eq!(&out, b"ab01.");
    }

    #[test]
    fn sums_carry_through_all_limbs() {
        let mut sum = DigestSum::from(&Digest([0xFF; 32]));
        let mut one = [0; 32];
        one[31] = 1;
        sum.add(&Digest(one));
        assert_eq!(sum, DigestSum::default());
        sum.subtract(&Digest(one));
        assert_eq!(sum.to_digest(), Digest([0xFF; 32]));
    }

    proptest! {
            #[test]
            fn the_written_form_round_trips(bytes: [u8; 32]) {
                let digest = Digest(bytes);
                let mut text = String::new();
                digest.push_to(&mut text);
                prop_assert_eq!(Digest::parse(&text), Some(digest));
                prop_assert_eq!(text.as_bytes(), &digest.written()[..]);
            }

            #[test]
            fn cutting_a_stream_changes_nothing(bytes: Vec<u8>, at: usize) {
                let (head, tail) = bytes.split_at(at % (bytes.len() + 1));
                let mut hasher = Hasher::new();
                hasher.update(head);
                hasher.update(tail);
                prop_assert_eq!(hasher.finish(), Digest::of(&bytes));
            }

            #[test]
            fn sums_are_free_of_order_and_grouping(members: Vec<[u8; 32]>, at: usize) {
                let sum = |members: &[[u8; 32]]| {
                    let mut sum = DigestSum::default();
                    for bytes in members {
     sum.add(&Digest(*bytes));
    }
                    sum
                };
                let whole = sum(&members);
                let (head, tail) = members.split_at(at % (members.len() + 1));
                let mut merged = sum(tail);
                merged.merge(&sum(head));
                prop_assert_eq!(merged, whole);
                prop_assert_eq!(DigestSum::from(&whole.to_digest()), whole);
                let mut emptied = whole;
                for bytes in &members {
     emptied.subtract(&Digest(*bytes));
    }
                prop_assert_eq!(emptied, DigestSum::default());
            }
        }
}
