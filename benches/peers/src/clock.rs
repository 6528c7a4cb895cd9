//! CPU time. It leaves out the time in which other processes had the processor, which wall-clock time does not.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Does the work, and says how much CPU time this thread spent on it, in user mode and in the kernel.
pub(crate) fn cpu_time<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = thread();
    let result = black_box(work());
    (result, thread().saturating_sub(start))
}

/// The CPU time of all threads but this one: what a peer that hands work to another thread would hide from [`cpu_time`].
pub(crate) fn other_threads() -> Duration {
    let thread = thread();
    read(ClockId::ProcessCPUTime).saturating_sub(thread)
}

fn thread() -> Duration {
    read(ClockId::ThreadCPUTime)
}

fn read(clock: ClockId) -> Duration {
    clock_gettime(clock).try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work_for(time: Duration) {
        let until = thread() + time;
        while thread() < until {}
    }

    #[test]
    fn work_of_other_threads_is_seen() {
        let before = other_threads();
        std::thread::spawn(|| work_for(Duration::from_millis(20))).join().expect("the thread does not panic");
        assert!(other_threads() > before);
    }
}
