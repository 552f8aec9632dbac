//! Sizes in bytes as people write them.

/// A size in the largest binary unit that divides it, as `--memory` reads it.
pub fn format_bytes(bytes: u64) -> String {
    for (unit, name) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
        if bytes >= unit && bytes.is_multiple_of(unit) {
            return format!("{}{name}", bytes / unit);
        }
    }
    format!("{bytes}B")
}

/// Reads a size: a whole number and `B`, `KB`, `MB`, `GB` (powers of 1000), `KiB`, `MiB` or `GiB` (powers of 1024).
///
/// # Errors
/// What was expected, as a sentence part.
pub fn parse_bytes(text: &str) -> std::result::Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return Err(format!("expected a size such as `512MiB`, but found `{text}`")),
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| format!("expected a size such as `512MiB`, but found `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_written() {
        for text in ["512MiB", "1GiB", "192MiB", "3KiB", "7B"] {
            assert_eq!(format_bytes(parse_bytes(text).unwrap()), text);
        }
        assert_eq!(parse_bytes("1GB"), Ok(1_000_000_000));
        for text in ["", "MiB", "1.5GiB", "-1", "99999999999GiB", "12 parsecs"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }
}
