//! What follows a sum, as the kernels take it.

use cotejo_network::Function;

/// The least and the greatest value that is let through; infinite where there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    pub(super) least: f32,
    pub(super) greatest: f32,
}

impl Limits {
    /// Lets everything through.
    pub(crate) const NONE: Self = Self { least: f32::NEG_INFINITY, greatest: f32::INFINITY };

    /// Of a function that is nothing else.
    pub(crate) fn of(function: Function) -> Option<Self> {
        function.limits().map(|(least, greatest)| Self { least, greatest })
    }
}

/// What follows a sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Activation {
    /// The value is kept within limits.
    Limited(Limits),
    /// It is multiplied by its hard sigmoid.
    HardSwish,
    /// It becomes its hard sigmoid.
    HardSigmoid,
}

impl Activation {
    /// What the microkernels do of it themselves.
    pub(super) fn limits(self) -> Limits {
        match self {
            Self::Limited(limits) => limits,
            Self::HardSwish | Self::HardSigmoid => Limits::NONE,
        }
    }

    /// What is left to a pass over what they have stored: its place in `Kernels::finish`.
    pub(super) fn pass(self) -> Option<usize> {
        match self {
            Self::Limited(_) => None,
            Self::HardSwish => Some(0),
            Self::HardSigmoid => Some(1),
        }
    }
}

impl From<Function> for Activation {
    fn from(function: Function) -> Self {
        match function {
            Function::HardSwish => Self::HardSwish,
            Function::HardSigmoid => Self::HardSigmoid,
            limited => Self::Limited(Limits::of(limited).unwrap_or(Limits::NONE)),
        }
    }
}
