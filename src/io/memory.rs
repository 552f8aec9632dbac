//! What the system is asked about memory and processor time.

use std::fs;

/// Least memory with which pages of 2 MiB are worth what they waste.
const LEAST_FOR_HUGE_PAGES: u64 = 512 << 20;

/// Keeps the system from backing buffers with huge pages where they could take the process past a budget of `memory` bytes.
///
/// Some systems give them unasked. Only the cost of memory depends on it, so a system that does not know the call is passed over.
pub fn spare_huge_pages(memory: u64) {
    #[cfg(target_os = "linux")]
    if memory < LEAST_FOR_HUGE_PAGES {
        rustix::thread::disable_transparent_huge_pages(true).ok();
    }
}

/// Processor time of this process so far, of all threads, user and system, in seconds.
pub fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

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
