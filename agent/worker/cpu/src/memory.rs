//! The arena: every buffer of a plan in one aligned allocation, shared by its threads.

#![allow(unsafe_code, reason = "memory that threads share is reached through addresses")]

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A cache line: what every buffer begins on.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; LINE]);

const LINE: usize = 16;
/// What stands around each buffer. No kernel computes it: as a number it is a NaN with a payload.
const CANARY: u32 = 0x7FC0_7E30;

/// Values that begin on a cache line, such as packed weights.
#[derive(Clone, Default)]
pub(crate) struct Aligned {
    lines: Vec<Line>,
    len: usize,
}

impl Aligned {
    /// `len` zeros.
    pub(crate) fn zeros(len: usize) -> Self {
        Self { lines: vec![Line([0.0; LINE]); len.div_ceil(LINE)], len }
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: the lines hold at least `len` values one after the other.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
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
    pub(crate) fn allocate(self) -> Result<Arena, usize> {
        let count = self.end / LINE + 1;
        let mut lines = Vec::new();
        lines.try_reserve_exact(count).map_err(|_| count * size_of::<Line>())?;
        lines.extend((0..count).map(|_| UnsafeCell::new(Line([0.0; LINE]))));
        let mut arena = Arena { lines, spans: self.spans };
        arena.set_canaries();
        Ok(arena)
    }
}

/// The memory of a plan.
pub(crate) struct Arena {
    lines: Vec<UnsafeCell<Line>>,
    spans: Vec<Span>,
}

// SAFETY: all access is through `View`, whose users keep concurrent writes apart.
unsafe impl Sync for Arena {}

impl Arena {
    /// A buffer.
    pub(crate) fn view(&self, span: Span) -> View {
        assert!(span.start + span.len <= self.lines.len() * LINE, "the buffer is outside the arena");
        let first = self.lines.as_ptr().cast::<f32>().cast_mut();
        // SAFETY: the start is inside the allocation, as was just checked.
        View { start: unsafe { first.add(span.start) }, len: span.len }
    }

    /// Bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.lines.as_slice())
    }

    /// The canary lines.
    fn canaries(&self) -> impl Iterator<Item = View> {
        let starts = self.spans.iter().map(|span| span.start - LINE);
        let last = self.lines.len() * LINE - LINE;
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
