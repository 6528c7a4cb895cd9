//! Executes a function step by step in a child process.
//!
//! The child is a fork, so that its code, stack and heap have the addresses of the parent. Children that are started
//! one after another, without an allocation in between, start in the same state.

use std::io;
use std::ptr::null_mut;

pub type Registers = libc::user_regs_struct;

/// A child process that is stopped before the next step.
pub struct Child(libc::pid_t);

impl Child {
    /// Starts a process that calls `prepare`, stops, and then runs `body` step by step.
    pub fn start(prepare: impl FnOnce(), body: &dyn Fn()) -> io::Result<Self> {
        // SAFETY: this process has a single thread, so the child may use the heap.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            0 => {
                prepare();
                // SAFETY: both calls only change how this process is scheduled and observed.
                let stopped = unsafe {
                    libc::ptrace(libc::PTRACE_TRACEME, 0, null_mut::<u8>(), null_mut::<u8>()) == 0
                        && libc::raise(libc::SIGSTOP) == 0
                };
                if stopped {
                    body();
                    end();
                }
                // SAFETY: leaves without running the destructors and exit handlers of the parent.
                unsafe { libc::_exit(1) }
            }
            child => Ok(Self(child)),
        }
    }

    /// Calls `visit` with the registers before each instruction, until `visit` returns false or the body ends. Returns
    /// whether the body ended.
    ///
    /// The steps include the last instructions of `raise`, which stops the child before the body.
    pub fn trace(&mut self, visit: &mut dyn FnMut(&Registers) -> bool) -> io::Result<bool> {
        let last = end as extern "C" fn() as usize as u64;
        wait_for_stop(self.0)?;
        loop {
            let registers = registers(self.0)?;
            if registers.rip == last {
                return Ok(true);
            }
            if !visit(&registers) {
                return Ok(false);
            }
            // SAFETY: the child is stopped, and no pointer is passed.
            check(unsafe { libc::ptrace(libc::PTRACE_SINGLESTEP, self.0, null_mut::<u8>(), null_mut::<u8>()) })?;
            wait_for_stop(self.0)?;
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // SAFETY: nothing has reaped the child, so the number is still its own.
        unsafe {
            libc::kill(self.0, libc::SIGKILL);
            libc::waitpid(self.0, null_mut(), 0);
        }
    }
}

/// The body has ended when the child calls this function.
#[inline(never)]
extern "C" fn end() {
    std::hint::black_box(());
}

/// Keeps this process and its children on one processor core, which makes the switch at each step cheaper.
pub fn use_one_core() {
    // SAFETY: all bits of the set are integers, and the calls read and write the set that they are given.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        let core = libc::sched_getcpu();
        if let Ok(core) = usize::try_from(core) {
            libc::CPU_SET(core, &mut set);
            // Without it the trace is the same and takes longer.
            _ = libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set);
        }
    }
}

fn registers(child: libc::pid_t) -> io::Result<Registers> {
    // SAFETY: all fields are integers.
    let mut registers: Registers = unsafe { std::mem::zeroed() };
    // SAFETY: the child is stopped, and the pointer is to a structure of the type that the request writes.
    check(unsafe { libc::ptrace(libc::PTRACE_GETREGS, child, null_mut::<u8>(), &raw mut registers) })?;
    Ok(registers)
}

fn wait_for_stop(child: libc::pid_t) -> io::Result<()> {
    let mut status = 0;
    // SAFETY: the pointer is to an integer of the type that the call writes.
    check(i64::from(unsafe { libc::waitpid(child, &raw mut status, 0) }))?;
    if libc::WIFSTOPPED(status) && [libc::SIGSTOP, libc::SIGTRAP].contains(&libc::WSTOPSIG(status)) {
        return Ok(());
    }
    Err(io::Error::other(format!("the traced process ended or received a signal: status {status:#x}")))
}

fn check(result: i64) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
