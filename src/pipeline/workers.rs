//! Threads over a list of work: whoever is free takes the next piece; the first failure in the order of the list counts.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::error::Result;

/// Runs `workers` threads over `pieces` of work.
///
/// Each thread begins with its own state from `start`, takes pieces with `work` until none is left, and ends with `finish`. The
/// results come in the order of the workers. After a failure no new piece is begun; the error of the earliest piece is returned.
///
/// # Errors
/// The failure of the earliest piece that failed.
pub fn run_workers<S, R: Send>(
    (workers, pieces): (usize, usize),
    start: impl Fn(usize) -> Result<S> + Sync,
    work: impl Fn(&mut S, usize) -> Result<()> + Sync,
    finish: impl Fn(S) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let failure = Mutex::new(None);
    let fail = |place: usize, error| {
        stop.store(true, Ordering::Relaxed);
        let mut failure = failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if failure.as_ref().is_none_or(|(earliest, _)| place < *earliest) {
            *failure = Some((place, error));
        }
    };
    let one = |worker: usize| -> Option<R> {
        let mut state = start(worker).map_err(|error| fail(usize::MAX - 1, error)).ok()?;
        while !stop.load(Ordering::Relaxed) {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                break;
            }
            if let Err(error) = work(&mut state, piece) {
                fail(piece, error);
            }
        }
        finish(state).map_err(|error| fail(usize::MAX, error)).ok()
    };
    let workers = workers.clamp(1, pieces.max(1));
    let results: Vec<Option<R>> = std::thread::scope(|scope| {
        let one = &one;
        let threads: Vec<_> = (1..workers).map(|worker| scope.spawn(move || one(worker))).collect();
        let mut results = vec![one(0)];
        for thread in threads {
            match thread.join() {
                Ok(result) => results.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    match failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        Some((_, error)) => Err(error),
        None => Ok(results.into_iter().flatten().collect()),
    }
}

/// Runs `work` over `pieces` on `workers` threads; the results come in the order of the pieces.
///
/// Each thread begins with its own state from `start`.
///
/// # Errors
/// The failure of the earliest piece that failed.
pub fn map_pieces<T: Sync, S, R: Send>(
    workers: usize,
    pieces: &[T],
    start: impl Fn(usize) -> Result<S> + Sync,
    work: impl Fn(&mut S, &T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let done = run_workers(
        (workers, pieces.len()),
        |worker| Ok((start(worker)?, Vec::new())),
        |(state, done), place| {
            done.push((place, work(state, &pieces[place])?));
            Ok(())
        },
        |(_, done)| Ok(done),
    )?;
    let mut done: Vec<(usize, R)> = done.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn every_piece_is_done_once_and_the_earliest_failure_counts() {
        for workers in [1, 2, 8] {
            let done = run_workers(
                (workers, 100),
                |_| Ok(Vec::new()),
                |seen: &mut Vec<usize>, piece| {
                    seen.push(piece);
                    Ok(())
                },
                Ok,
            );
            let mut done = done.unwrap().concat();
            done.sort_unstable();
            assert_eq!(done, (0..100).collect::<Vec<_>>());
            let failed = run_workers(
                (workers, 100),
                |_| Ok(()),
                |(), piece| {
                    if piece >= 7 { Err(Error::usage(piece.to_string())) } else { Ok(()) }
                },
                Ok,
            );
            assert_eq!(failed.unwrap_err().to_string(), "7");
        }
    }

    #[test]
    fn results_come_in_the_order_of_the_pieces() {
        let pieces: Vec<usize> = (0..500).collect();
        for workers in [1, 3] {
            let doubled = map_pieces(workers, &pieces, |_| Ok(()), |(), piece| Ok(2 * piece)).unwrap();
            assert_eq!(doubled, pieces.iter().map(|piece| 2 * piece).collect::<Vec<_>>());
        }
    }
}
