//! The arena: every buffer of a plan in one aligned allocation, shared by its threads.

#![allow(unsafe_code, reason = "memory that threads share is reached through addresses")]

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

/// A cache line: what every buffer begins on.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; LINE]);

const LINE: usize = 16;
/// What stands around each buffer. No kernel computes it: as a number it is a NaN with a payload.
const CANARY: u32 = 0x7FC0_7E30;

/// Values that begin on a cache line, such as packed weights.
pub(crate) struct Aligned {
    start: *mut f32,
    len: usize,
    /// What the values lie in.
    _memory: Memory,
}

/// From so many bytes on, memory comes in pages of its own, which the system is asked to make large: the processor then
/// need not look so many addresses up, and fetches ahead over longer stretches.
const OWN_PAGES: usize = if cfg!(miri) { usize::MAX } else { 2 << 20 };

enum Memory {
    Lines(#[expect(dead_code, reason = "it is owned, and reached by its address")] Vec<UnsafeCell<Line>>),
    Pages(#[expect(dead_code, reason = "it is owned, and reached by its address")] MmapMut),
}

// SAFETY: the memory is owned, and only what is borrowed from it refers to it, but for `View`, whose users keep
// concurrent writes apart.
unsafe impl Send for Aligned {}
// SAFETY: as above.
unsafe impl Sync for Aligned {}

impl Aligned {
    /// `len` zeros.
    ///
    /// # Panics
    /// If there is not so much memory.
    pub(crate) fn zeros(len: usize) -> Self {
        Self::try_zeros(len).unwrap_or_else(|bytes| panic!("there is no memory for {bytes} bytes"))
    }

    /// `len` zeros; or their bytes, if there is not so much memory.
    pub(crate) fn try_zeros(len: usize) -> Result<Self, usize> {
        let count = len.div_ceil(LINE);
        let bytes = count.checked_mul(size_of::<Line>()).ok_or(usize::MAX)?;
        if bytes < OWN_PAGES {
            let mut lines: Vec<UnsafeCell<Line>> = Vec::new();
            lines.try_reserve_exact(count).map_err(|_| bytes)?;
            lines.resize_with(count, || UnsafeCell::new(Line([0.0; LINE])));
            return Ok(Self { start: lines.as_mut_ptr().cast(), len, _memory: Memory::Lines(lines) });
        }
        let mut pages = MmapMut::map_anon(bytes).map_err(|_| bytes)?;
        // Small pages do as well, only slower.
        #[cfg(target_os = "linux")]
        let _ = pages.advise(memmap2::Advice::HugePage);
        // Every page is there from now on: the first forward need not wait for it.
        pages.fill(0);
        Ok(Self { start: pages.as_mut_ptr().cast(), len, _memory: Memory::Pages(pages) })
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: the memory holds at least `len` values one after the other, all written.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.len) }
    }
}

impl fmt::Debug for Aligned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values", self.len)
    }
}

/// A buffer's place in the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Span {
    /// Elements from the arena's beginning; a multiple of 16.
    pub(crate) start: usize,
    /// Elements.
    pub(crate) len: usize,
}

/// Lays buffers out one after the other, with a canary line before each and after the last.
#[derive(Debug, Default)]
pub(crate) struct Layouter {
    spans: Vec<Span>,
    end: usize,
}

impl Layouter {
    /// Room for `len` elements.
    pub(crate) fn add(&mut self, len: usize) -> Span {
        let span = Span { start: self.end + LINE, len };
        self.end = span.start + len.next_multiple_of(LINE);
        self.spans.push(span);
        span
    }

    /// The arena that holds them, all zero; or its bytes, if there is not so much memory.
    pub(crate) fn allocate(&self) -> Result<Arena, usize> {
        let mut arena = Arena { memory: Aligned::try_zeros(self.end + LINE)?, spans: self.spans.clone() };
        arena.set_canaries();
        Ok(arena)
    }
}

/// The memory of a plan.
pub(crate) struct Arena {
    memory: Aligned,
    spans: Vec<Span>,
}

impl Arena {
    /// A buffer.
    pub(crate) fn view(&self, span: Span) -> View {
        View { start: self.memory.start, len: self.memory.len }.part(span)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.memory.len * size_of::<f32>()
    }

    /// The canary lines.
    fn canaries(&self) -> impl Iterator<Item = View> {
        let starts = self.spans.iter().map(|span| span.start - LINE);
        let last = self.memory.len - LINE;
        starts.chain(std::iter::once(last)).map(|start| self.view(Span { start, len: LINE }))
    }

    fn set_canaries(&mut self) {
        self.canaries().for_each(|line| line.write(0, &[f32::from_bits(CANARY); LINE]));
    }

    /// Whether nothing was written outside the buffers.
    pub(crate) fn is_intact(&self) -> bool {
        self.canaries().all(|line| line.read(0, LINE).iter().all(|value| value.to_bits() == CANARY))
    }
}

/// Memory that several threads work on. It checks bounds; that within a phase of a plan no task writes what another one
/// touches is the contract of `plan::Operation`, which every use relies on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    start: *mut f32,
    len: usize,
}

// SAFETY: who may use it when is the contract of `plan::Operation`.
unsafe impl Send for View {}
// SAFETY: as above.
unsafe impl Sync for View {}

impl View {
    /// A view of `len` elements outside the arena. They must be alive, and whether they may be written is for the one
    /// who makes the view to know.
    pub(crate) fn new(start: *mut f32, len: usize) -> Self {
        Self { start, len }
    }

    /// The address of `len` elements from `start` on.
    ///
    /// # Panics
    /// If they are not all inside.
    #[inline]
    pub(crate) fn at(self, start: usize, len: usize) -> *mut f32 {
        assert!(start <= self.len && len <= self.len - start, "{start}+{len} is outside a buffer of {}", self.len);
        // SAFETY: inside the allocation, as was just checked.
        unsafe { self.start.add(start) }
    }

    fn part(self, span: Span) -> Self {
        Self { start: self.at(span.start, span.len), len: span.len }
    }

    /// Writes zeros.
    pub(crate) fn zero(self, start: usize, len: usize) {
        // SAFETY: `at` checks the bounds.
        unsafe { self.at(start, len).write_bytes(0, len) }
    }

    /// Copies values in.
    pub(crate) fn write(self, start: usize, values: &[f32]) {
        // SAFETY: `at` checks the bounds, and an exclusive range cannot overlap a shared slice.
        unsafe { self.at(start, values.len()).copy_from_nonoverlapping(values.as_ptr(), values.len()) }
    }

    /// The values.
    pub(crate) fn read<'a>(self, start: usize, len: usize) -> &'a [f32] {
        // SAFETY: `at` checks the bounds.
        unsafe { std::slice::from_raw_parts(self.at(start, len), len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_outside_a_buffer_is_noticed() {
        let mut layouter = Layouter::default();
        let (first, second) = (layouter.add(5), layouter.add(32));
        let arena = layouter.allocate().unwrap();
        assert!(first.start.is_multiple_of(LINE) && second.start.is_multiple_of(LINE));
        arena.view(first).write(0, &[1.0; 5]);
        arena.view(second).write(0, &[2.0; 32]);
        assert!(arena.is_intact());
        arena.view(Span { len: 33, ..second }).write(32, &[3.0]);
        assert!(!arena.is_intact());
    }

    #[test]
    #[should_panic(expected = "outside a buffer")]
    fn bounds_are_checked() {
        let mut values = [1.0, 2.0];
        View::new(values.as_mut_ptr(), 2).at(1, 2);
    }
}
