//! What a long run shows while it works: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::out;
use crate::pipeline::Progress;

/// How often a bar is drawn.
const BAR_TICK: Duration = Duration::from_millis(100);
/// How often a line is printed where there is no terminal.
const LINE_TICK: Duration = Duration::from_secs(10);

/// Shows progress until it is dropped.
#[derive(Debug)]
pub struct Display {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Display {
    /// Starts showing `progress`; nothing is shown when `quiet`.
    pub fn start(progress: &Arc<Progress>, quiet: bool) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = (!quiet).then(|| {
            let (progress, stop) = (Arc::clone(progress), Arc::clone(&stop));
            if std::io::stderr().is_terminal() {
                std::thread::spawn(move || draw_bar(&progress, &stop))
            } else {
                std::thread::spawn(move || print_lines(&progress, &stop))
            }
        });
        Self { stop, thread }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            drop(thread.join());
        }
    }
}

fn draw_bar(progress: &Progress, stop: &AtomicBool) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = "{prefix:>7} {wide_bar} {bytes}/{total_bytes} {binary_bytes_per_sec} eta {eta} {msg}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    while !stop.load(Ordering::Relaxed) {
        bar.set_prefix(phase(progress));
        bar.set_length(progress.total_bytes.load(Ordering::Relaxed));
        bar.set_position(progress.bytes.load(Ordering::Relaxed));
        bar.set_message(counts(progress));
        std::thread::park_timeout(BAR_TICK);
    }
    bar.finish_and_clear();
}

fn print_lines(progress: &Progress, stop: &AtomicBool) {
    let started = Instant::now();
    let mut last = started;
    while !stop.load(Ordering::Relaxed) {
        std::thread::park_timeout(LINE_TICK);
        if last.elapsed() < LINE_TICK || stop.load(Ordering::Relaxed) {
            continue;
        }
        last = Instant::now();
        let (bytes, total) = (progress.bytes.load(Ordering::Relaxed), progress.total_bytes.load(Ordering::Relaxed));
        let seconds = started.elapsed().as_secs_f64();
        let rate = bytes as f64 / seconds;
        let eta = Duration::from_secs_f64(if rate > 0.0 { total.saturating_sub(bytes) as f64 / rate } else { 0.0 });
        out::message(&format!(
            "{}: {} of {} at {}/s, {}, eta {}",
            phase(progress),
            HumanBytes(bytes),
            HumanBytes(total),
            HumanBytes(rate as u64),
            counts(progress),
            HumanDuration(eta)
        ));
    }
}

fn phase(progress: &Progress) -> &'static str {
    match progress.phase.load(Ordering::Relaxed) {
        0 => "plan",
        1 => "read",
        2 => "dedup",
        _ => "export",
    }
}

fn counts(progress: &Progress) -> String {
    match progress.exported.load(Ordering::Relaxed) {
        0 => format!("{} records", progress.records.load(Ordering::Relaxed)),
        written => format!("{written} articles written"),
    }
}
