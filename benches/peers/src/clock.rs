//! CPU time, which excludes the time of other processes, unlike wall-clock time.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Does the work, and returns the CPU time that this thread spent on it, in user mode and in the kernel.
pub(crate) fn cpu_time<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = thread();
    let result = black_box(work());
    (result, thread().saturating_sub(start))
}

/// The CPU time of all other threads: work that a library hands to another thread is not counted by [`cpu_time`].
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
