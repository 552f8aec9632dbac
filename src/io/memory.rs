//! How much memory the run took.

use std::fs;

/// Largest resident set of this process so far, in bytes; none where `/proc` does not tell.
pub fn peak_rss() -> Option<u64> {
    parse_peak(&fs::read_to_string("/proc/self/status").ok()?)
}

/// The `VmHWM` line of proc(5) `status`; its unit is always kB, meaning KiB.
fn parse_peak(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = value.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read_in_bytes() {
        assert_eq!(parse_peak("VmPeak:\t  9 kB\nVmHWM:\t    2048 kB\n"), Some(2048 * 1024));
        assert_eq!(parse_peak("VmPeak:\t  9 kB\n"), None);
        assert_eq!(parse_peak("VmHWM: many kB"), None);
    }
}
