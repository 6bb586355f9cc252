//! Inverted residuals: by rows or by panels of channels, with and without squeeze-and-excitation.

use super::{Activations, Block, Compiler, Conv, Layout, Placed, Planes, RowPipeline, Sink, Source, Step};
use crate::plan::channels::Channels;
use crate::plan::excite::Excite;
use crate::plan::rows::{Carried, Project};
use cotejo_network::{Depthwise, SqueezeExcite};

impl Compiler {
    /// The first convolution of the network and a block without expansion.
    pub(super) fn stem_and_block(&mut self, conv: &Conv, planes: Planes, block: &Block) -> Activations {
        let Block::InvertedResidual { expand: None, depthwise, excite: None, project, residual } = block else {
            unreachable!("checked")
        };
        let source = Source::stem(self.machine, conv, planes);
        let carried = if *residual { Carried::Source } else { Carried::None };
        self.rows(conv, source, depthwise, project, carried)
    }

    /// A block of an expansion and a projection as one pipeline of rows.
    pub(super) fn projected_by_rows(
        &mut self,
        [expand, project]: [&Conv; 2],
        depthwise: &Depthwise,
        residual: bool,
        x: Activations,
    ) -> Activations {
        let source = Source::expand(self.machine, expand, x);
        // Not in place: a strip reads rows of the input beside those that it writes.
        let carried = if residual { Carried::Tensor(x) } else { Carried::None };
        let output = self.rows(expand, source, depthwise, project, carried);
        self.buffers.release(x);
        output
    }

    /// A ring of rows from a convolution through a depthwise and a 1x1 one.
    fn rows(
        &mut self,
        first: &Conv,
        source: Source,
        depthwise: &Depthwise,
        project: &Conv,
        carried: Carried,
    ) -> Activations {
        let [source_height, source_width] = source.size();
        let (height, width) = (source_height.div_ceil(depthwise.stride), source_width.div_ceil(depthwise.stride));
        let output = self.compact(project.outputs, height, width);
        let sink = Sink::project(depthwise, Project::new(self.machine, project, width, carried));
        let pipeline = RowPipeline::new(self.machine, source, sink, output, &mut self.scratch);
        let step = Step {
            layer: format!("{} + {} + {}", first.name, last_part(&depthwise.name), last_part(&project.name)),
            algorithm: "fused in a ring of rows".into(),
            output: [project.outputs, height, width],
            flop: self.flop(first, source_height, source_width)
                + self.depthwise_flop(depthwise, height, width)
                + self.flop(project, height, width),
        };
        self.push(pipeline, step);
        output
    }

    fn depthwise_flop(&self, depthwise: &Depthwise, height: usize, width: usize) -> u64 {
        (2 * depthwise.kernel * depthwise.kernel * depthwise.channels * height * width * self.options.images) as u64
    }

    /// An expansion and the depthwise convolution after it.
    pub(super) fn filtered(&mut self, expand: &Conv, depthwise: &Depthwise, x: Activations) -> Activations {
        let Layout { height, width, .. } = x.layout;
        let (out_height, out_width) = (height.div_ceil(depthwise.stride), width.div_ceil(depthwise.stride));
        let filtered = self.compact(depthwise.channels, out_height, out_width);
        let step = |algorithm: &str| Step {
            layer: format!("{} + {}", expand.name, last_part(&depthwise.name)),
            algorithm: algorithm.to_owned(),
            output: [depthwise.channels, out_height, out_width],
            flop: self.flop(expand, height, width) + self.depthwise_flop(depthwise, out_height, out_width),
        };
        if crate::plan::choose::by_rows(x.layout) {
            let step = step("fused in a ring of rows");
            let (source, sink) = (Source::expand(self.machine, expand, x), Sink::filter(depthwise));
            let pipeline = RowPipeline::new(self.machine, source, sink, filtered, &mut self.scratch);
            self.push(pipeline, step);
        } else {
            let step = step("fused by panels of channels");
            let channels = Channels::new(self.machine, (expand, depthwise), x, filtered, &mut self.scratch);
            self.push(channels, step);
        }
        filtered
    }

    /// Multiplies each channel by its factor, in place.
    pub(super) fn excite(&mut self, layer: &SqueezeExcite, x: Activations) {
        let means = self.means(x);
        let reduced = self.linear(&layer.reduce, means);
        let factors = self.linear(&layer.expand, reduced);
        let step = Step {
            layer: format!("{} as factors", layer.expand.name),
            algorithm: "multiplied in place".into(),
            output: [x.layout.channels, x.layout.height, x.layout.width],
            flop: 0,
        };
        self.push(Excite { values: x, factors }, step);
        self.buffers.release(factors);
    }

    /// The last convolution of a block that was computed so far by itself.
    pub(super) fn project(
        &mut self,
        project: &Conv,
        filtered: Activations,
        residual: bool,
        x: Activations,
    ) -> Activations {
        let Layout { height, width, .. } = filtered.layout;
        let output = if residual { x } else { self.compact(project.outputs, height, width) };
        self.direct(Placed { conv: project, input: filtered, output, residual: residual.then_some(x) });
        self.buffers.release(filtered);
        if !residual {
            self.buffers.release(x);
        }
        output
    }
}

/// What of a layer's name follows its block's: enough beside the name of its neighbour.
fn last_part(name: &str) -> &str {
    ["conv.", "block."].iter().find_map(|block| Some(name.rsplit_once(block)?.1)).unwrap_or(name)
}
