//! Convolutions around which the input is carried past.

use super::{Activations, Compiler, Placed};
use cotejo_network::Conv;

impl Compiler {
    /// Two convolutions of 3x3.
    pub(super) fn basic(
        &mut self,
        [first, second]: [&Conv; 2],
        shortcut: Option<&Conv>,
        x: Activations,
    ) -> Activations {
        let (height, width) = (x.layout.height.div_ceil(first.stride), x.layout.width.div_ceil(first.stride));
        let middle = self.bordered(first.outputs, height, width);
        self.convolution(Placed { conv: first, input: x, output: middle, residual: None });
        let output = match shortcut {
            Some(shortcut) => {
                let output = self.bordered(shortcut.outputs, height, width);
                self.past(shortcut, x, output)
            }
            None => x,
        };
        // In place: each element is read just before it is written.
        self.convolution(Placed { conv: second, input: middle, output, residual: Some(output) });
        self.buffers.release(middle);
        output
    }

    /// 1x1, 3x3, 1x1: only what the 3x3 convolution reads has a border.
    pub(super) fn bottleneck(
        &mut self,
        [reduce, filter, expand]: [&Conv; 3],
        shortcut: Option<&Conv>,
        x: Activations,
    ) -> Activations {
        let (height, width) = (x.layout.height.div_ceil(filter.stride), x.layout.width.div_ceil(filter.stride));
        let reduced = self.bordered(reduce.outputs, x.layout.height, x.layout.width);
        self.direct(Placed { conv: reduce, input: x, output: reduced, residual: None });
        let filtered = self.compact(filter.outputs, height, width);
        self.convolution(Placed { conv: filter, input: reduced, output: filtered, residual: None });
        self.buffers.release(reduced);
        let output = match shortcut {
            Some(shortcut) => {
                let output = self.compact(shortcut.outputs, height, width);
                self.past(shortcut, x, output)
            }
            None => x,
        };
        // In place, as above.
        self.direct(Placed { conv: expand, input: filtered, output, residual: Some(output) });
        self.buffers.release(filtered);
        output
    }

    /// The way past a block whose input is not needed after it.
    fn past(&mut self, shortcut: &Conv, x: Activations, output: Activations) -> Activations {
        self.direct(Placed { conv: shortcut, input: x, output, residual: None });
        self.buffers.release(x);
        output
    }
}
