//! Cotejo's optimized CPU engine. A `Network` (layers with their weights, batch norm folded in) is compiled once to a
//! `Plan` for one shape of input and one number of threads: an algorithm for each layer, weights packed for it, every
//! buffer placed in one arena. A forward of the plan allocates nothing.

mod instruction_set;
mod kernels;
mod memory;
mod peak;
mod plan;
mod product;
mod streams;
mod team;

pub use cotejo_network::{BatchNorm, Block, Conv, Depthwise, Function, Linear, Network, SqueezeExcite};
pub use instruction_set::{BadInstructionSet, INSTRUCTION_SET_VARIABLE, InstructionSet};
pub use peak::Peak;
pub use plan::{CompileError, Options, Plan, Step};
pub use product::Product;
pub use streams::Streams;
