//! Runs a fuzz target on stable: inputs are mutated from seeds by a fixed sequence of random numbers, so a run can be repeated.
//!
//! ```text
//! copydesk-fuzz TARGET SECONDS [START]    the target for so long, from the START-th sequence on
//! copydesk-fuzz TARGET FILE               one input, as a failure left it
//! ```
//!
//! Fails when an input panics or takes longer than [`SLOW`]; the input is then in `artifacts/`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use copydesk_fuzz::{TARGETS, Target};

/// Longest input, in bytes.
const LONGEST: usize = 64 << 10;
/// Mutants that are kept to be mutated again.
const POOL: usize = 512;
/// Time for one input above which it counts as a hang: a thousand times what inputs of this size take.
const SLOW: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let target = arguments.first().and_then(|name| TARGETS.iter().find(|it| it.name == name.as_str()));
    let (Some(target), Some(what)) = (target, arguments.get(1)) else {
        let names: Vec<&str> = TARGETS.iter().map(|it| it.name).collect();
        eprintln!("usage: copydesk-fuzz {} SECONDS|FILE [START]", names.join("|"));
        return ExitCode::from(2);
    };
    let start = arguments.get(2).and_then(|it| it.parse().ok()).unwrap_or(0);
    match what.parse() {
        Ok(seconds) => fuzz(target, Duration::from_secs(seconds), start),
        Err(_) => replay(target, Path::new(what)),
    }
}

fn replay(target: &Target, file: &Path) -> ExitCode {
    match std::fs::read(file) {
        Ok(bytes) => {
            let run = Instant::now();
            (target.run)(&bytes);
            println!("{}: {} bytes in {:?}", target.name, bytes.len(), run.elapsed());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cannot read `{}`: {error}", file.display());
            ExitCode::from(2)
        }
    }
}

fn fuzz(target: &Target, length: Duration, start: u64) -> ExitCode {
    let begun = Instant::now();
    let mut random = Random(start.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut pool: Vec<Vec<u8>> = target.seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    let (mut inputs, mut bytes, mut slowest) = (0u64, 0u64, Duration::ZERO);
    let mut longest_taking = Vec::new();
    while begun.elapsed() < length {
        let input = mutated(&pool, target, &mut random);
        let run = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
        let taken = run.elapsed();
        inputs += 1;
        bytes += input.len() as u64;
        if taken > slowest {
            slowest = taken;
            longest_taking.clone_from(&input);
        }
        if outcome.is_err() || taken > SLOW {
            let kept = keep(&format!("{}-{start}-{inputs}", target.name), &input);
            eprintln!("{}: input {inputs} fails after {taken:?}: {kept}", target.name);
            return ExitCode::FAILURE;
        }
        if pool.len() < POOL {
            pool.push(input);
        } else if random.below(8) == 0 {
            // The seeds stay: they are what mutants are taken from when all others have decayed.
            let seeds = target.seeds.len();
            let at = seeds + random.below(POOL - seeds);
            pool[at] = input;
        }
    }
    let seconds = begun.elapsed().as_secs();
    let kept = keep(&format!("{}-slowest", target.name), &longest_taking);
    println!("{}: {inputs} inputs, {} MB in {seconds} s, slowest {slowest:?}: {kept}", target.name, bytes >> 20);
    ExitCode::SUCCESS
}

/// Writes an input to `artifacts/`; where it is, or why it is not.
fn keep(name: &str, input: &[u8]) -> String {
    let file = format!("artifacts/{name}");
    match std::fs::create_dir_all("artifacts").and_then(|()| std::fs::write(&file, input)) {
        Ok(()) => file,
        Err(error) => format!("cannot write `{file}`: {error}"),
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// A member of the pool, or now and then a seed, changed in one to eight places.
fn mutated(pool: &[Vec<u8>], target: &Target, random: &mut Random) -> Vec<u8> {
    let from = if random.below(4) == 0 { random.below(target.seeds.len()) } else { random.below(pool.len()) };
    let mut input = pool[from].clone();
    for _ in 0..=random.below(8) {
        let at = random.below(input.len() + 1);
        match random.below(10) {
            0 => input.truncate(at),
            1 => {
                let end = (at + random.below(32)).min(input.len());
                input.drain(at..end);
            }
            2 if at < input.len() => input[at] ^= 1 << random.below(8),
            3 if at < input.len() => input[at] = random.next() as u8,
            4 => {
                // A stretch again, often many times: this is how nesting and caps are reached.
                let end = (at + 1 + random.below(64)).min(input.len());
                let times = 1 << random.below(11);
                let again = input[at..end].repeat(times);
                input.splice(end..end, again);
            }
            5 => {
                let other = &pool[random.below(pool.len())];
                let start = random.below(other.len() + 1);
                let end = (start + random.below(256)).min(other.len());
                input.splice(at..at, other[start..end].iter().copied());
            }
            _ => {
                let word = target.words[random.below(target.words.len())];
                input.splice(at..at, word.bytes());
            }
        }
        input.truncate(LONGEST);
    }
    input
}
