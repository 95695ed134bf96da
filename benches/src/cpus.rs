//! Assigns processors to processes. The measured function has the last processor for itself. All other processes share
//! the first processor.

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

const THIS_THREAD: Pid = Pid::from_raw(0);

/// Keeps this process and its child processes on the first processor. Call this function before the process starts
/// other threads.
pub fn share_the_first() -> nix::Result<()> {
    pin(0)
}

/// Calls `start`, which starts a process on the last processor.
pub fn on_its_own<T>(start: impl FnOnce() -> T) -> T {
    let before = sched_getaffinity(THIS_THREAD);
    let last = std::fs::read_to_string("/sys/devices/system/cpu/present")
        .ok()
        .and_then(|range| range.trim().rsplit(['-', ',']).next()?.parse().ok())
        .unwrap_or(0);
    // If this thread cannot move to the last processor, the measurement continues, but the results vary more.
    let _ = pin(last);
    let started = start();
    if let Ok(before) = before {
        let _ = sched_setaffinity(THIS_THREAD, &before);
    }
    started
}

fn pin(cpu: usize) -> nix::Result<()> {
    let mut set = CpuSet::new();
    set.set(cpu)?;
    sched_setaffinity(THIS_THREAD, &set)
}
