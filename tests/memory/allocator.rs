//! An allocator that wraps the system's and searches every block for secrets before freeing it.
//!
//! While a [`watch`] is on, each block that any thread frees is searched at every offset for the secrets of a
//! [`Secrets`]. A resized block always moves, so the whole old block is searched. Blocks that were allocated during
//! the watch and are not freed at its end are searched as well, because nothing could zeroize them later. Requested
//! bytes are counted, for the tests of hostile input.
//!
//! Only the heap is searched: registers and the stack are not.

#![allow(unsafe_code, reason = "a global allocator cannot be implemented without it")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::secrets::{Secrets, WINDOW};

pub(crate) struct Searching;

#[global_allocator]
static ALLOCATOR: Searching = Searching;

/// Whether a watch is on: frees are searched, allocations recorded.
static WATCHING: AtomicBool = AtomicBool::new(false);
/// The secrets to search for, lent by the caller of `watch`. Read and written under the lock of `LIVE`.
static SECRETS: AtomicPtr<Secrets> = AtomicPtr::new(std::ptr::null_mut());
static FINDINGS: Mutex<Vec<Finding>> = Mutex::new(Vec::new());
static LIVE: Mutex<Live> = Mutex::new(Live::NONE);
/// The number of bytes searched.
static SEARCHED: AtomicUsize = AtomicUsize::new(0);
/// Allows one watch at a time: a concurrent test would free what the other one searches for.
static TURN: Mutex<()> = Mutex::new(());

thread_local! {
    /// Set while the allocator works for itself. Without a destructor, so it can be read at any time.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    static REQUESTED: Cell<Requested> = const { Cell::new(Requested::NONE) };
}

/// The bytes that this thread requested from the allocator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requested {
    /// The largest single block.
    pub(crate) largest: usize,
    /// All blocks in total.
    pub(crate) total: usize,
    /// The blocks that were allocated at the same time, at most.
    pub(crate) peak: usize,
    live: usize,
}

impl Requested {
    const NONE: Self = Self { largest: 0, total: 0, peak: 0, live: 0 };

    fn add(mut self, size: usize) -> Self {
        self.largest = self.largest.max(size);
        self.total = self.total.saturating_add(size);
        self.live = self.live.saturating_add(size);
        self.peak = self.peak.max(self.live);
        self
    }

    fn free(self, size: usize) -> Self {
        Self { live: self.live.saturating_sub(size), ..self }
    }
}

/// A secret that was found.
pub(crate) struct Finding {
    /// Which secret, and in which format.
    pub(crate) what: String,
    block: usize,
    offset: usize,
    /// The code that freed the block: the frames of crates, innermost first. Empty for a block that was not freed.
    freed_by: Vec<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, block, offset, freed_by } = self;
        let fate = if freed_by.is_empty() { "still there" } else { "freed by" };
        write!(f, "{what}, at {offset} in a block of {block} bytes, {fate} {}", freed_by.join(" < "))
    }
}

/// The live blocks that were allocated during the watch: an open hash table of addresses and lengths.
struct Live {
    slots: [(usize, usize); Self::SLOTS],
    used: usize,
}

impl Live {
    const SLOTS: usize = 1 << 16;
    const FREE: usize = 0;
    /// Marks a removed entry, past which a search must continue. No block has this address.
    const GONE: usize = 1;
    const NONE: Self = Self { slots: [(Self::FREE, 0); Self::SLOTS], used: 0 };

    fn clear(&mut self) {
        self.slots.fill((Self::FREE, 0));
        self.used = 0;
    }

    fn places(address: usize) -> impl Iterator<Item = usize> {
        // Blocks are aligned to 16 bytes.
        (0..Self::SLOTS).map(move |step| (address / 16 + step) % Self::SLOTS)
    }

    fn insert(&mut self, address: usize, size: usize) {
        let place = Self::places(address).find(|&place| self.slots[place].0 <= Self::GONE);
        if let Some(place) = place {
            self.used += usize::from(self.slots[place].0 == Self::FREE);
            self.slots[place] = (address, size);
        }
    }

    fn remove(&mut self, address: usize) {
        for place in Self::places(address) {
            match self.slots[place].0 {
                Self::FREE => return,
                found if found == address => {
                    self.slots[place].0 = Self::GONE;
                    return;
                }
                _ => {}
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a closure without being watched, unless that is already the case.
fn inside(work: impl FnOnce()) {
    let _ = INSIDE.try_with(|inside| {
        if !inside.replace(true) {
            work();
            inside.set(false);
        }
    });
}

// SAFETY: every request is passed to the system's allocator with its layout, and the result is passed back. `realloc`
// is the trait's own: it allocates, copies and frees through these two. Nothing here unwinds: locks ignore poison.
unsafe impl GlobalAlloc for Searching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = REQUESTED.try_with(|requested| requested.set(requested.get().add(layout.size())));
        // SAFETY: the caller's layout is not empty, as this function also requires of its caller. Zeroed, so that the
        // whole block may be read when it is freed, and nothing from before is found in it.
        let block = unsafe { System.alloc_zeroed(layout) };
        if WATCHING.load(SeqCst) && !block.is_null() {
            inside(|| lock(&LIVE).insert(block.expose_provenance(), layout.size()));
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let _ = REQUESTED.try_with(|requested| requested.set(requested.get().free(layout.size())));
        if WATCHING.load(SeqCst) {
            inside(|| {
                let mut live = lock(&LIVE);
                live.remove(block.addr());
                // SAFETY: `watch` sets this to null, under the lock that is held here, before its loan ends.
                if let Some(secrets) = unsafe { SECRETS.load(SeqCst).as_ref() } {
                    // SAFETY: the caller gives up the block, which has this size and was zeroed when it was
                    // allocated.
                    unsafe { search(secrets, block, layout.size(), true) };
                }
            });
        }
        // SAFETY: the block came from the system's allocator, with this layout.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Searches a block for the secrets and records the first one found.
///
/// # Safety
/// The block must be readable for `size` bytes, and nothing may write to it meanwhile.
unsafe fn search(secrets: &Secrets, block: *const u8, size: usize, freed: bool) {
    SEARCHED.fetch_add(size, SeqCst);
    for offset in 0..(size + 1).saturating_sub(WINDOW) {
        // SAFETY: `offset + WINDOW <= size`, and the caller guarantees the block. Volatile, to read the bytes as they
        // are.
        let window = unsafe { block.add(offset).cast::<[u8; WINDOW]>().read_volatile() };
        if let Some(what) = secrets.find(u64::from_le_bytes(window)) {
            let freed_by = if freed { callers() } else { Vec::new() };
            lock(&FINDINGS).push(Finding { what, block: size, offset, freed_by });
            return;
        }
    }
}

/// Returns the functions on the stack that are not in the standard library or this file.
fn callers() -> Vec<String> {
    let trace = Backtrace::force_capture().to_string();
    let names = trace.lines().filter_map(|line| line.trim().split_once(": ").map(|(_, name)| name.trim()));
    let is_ours = |name: &&str| {
        let ignored = ["std::", "core::", "alloc::", "__rust", "memory::allocator"];
        !ignored.iter().any(|prefix| name.trim_start_matches('<').starts_with(prefix))
    };
    names.filter(is_ours).take(4).map(str::to_owned).collect()
}

/// Keeps other watches off until it is dropped. A test acquires it before it creates the secrets to search for.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    lock(&TURN)
}

/// Runs a scenario and returns the secrets found in blocks that were freed meanwhile, or are left at the end.
///
/// The scenario must drop what it creates: what it returns is searched like all that is left.
pub(crate) fn watch<T>(secrets: &Secrets, scenario: impl FnOnce() -> T) -> (T, Vec<Finding>) {
    /// Ends the watch, even if the scenario panics.
    struct Watch;
    impl Drop for Watch {
        fn drop(&mut self) {
            WATCHING.store(false, SeqCst);
            let _live = lock(&LIVE);
            SECRETS.store(std::ptr::null_mut(), SeqCst);
        }
    }

    lock(&FINDINGS).clear();
    lock(&LIVE).clear();
    SEARCHED.store(0, SeqCst);
    SECRETS.store(std::ptr::from_ref(secrets).cast_mut(), SeqCst);
    WATCHING.store(true, SeqCst);
    let watch = Watch;
    let outcome = scenario();
    drop(watch);
    let live = lock(&LIVE);
    assert!(live.used < Live::SLOTS, "too many blocks to keep track of");
    for &(address, size) in live.slots.iter().filter(|(address, _)| *address > Live::GONE) {
        // SAFETY: allocated during the watch and not freed in it. The scenario is over, so nothing writes to it or
        // frees it.
        unsafe { search(secrets, std::ptr::with_exposed_provenance(address), size, false) };
    }
    drop(live);
    (outcome, std::mem::take(&mut *lock(&FINDINGS)))
}

/// Returns the number of bytes that the last watch searched.
pub(crate) fn searched() -> usize {
    SEARCHED.load(SeqCst)
}

/// Returns the bytes that a piece of work requests from the allocator.
pub(crate) fn requested<T>(work: impl FnOnce() -> T) -> (T, Requested) {
    REQUESTED.set(Requested::NONE);
    let outcome = work();
    (outcome, REQUESTED.get())
}
