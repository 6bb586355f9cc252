//! Which vector instructions the kernels use.

use std::env::VarError;
use std::fmt;
use std::str::FromStr;

/// A set of vector instructions that kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InstructionSet {
    /// x86-64 with AVX-512F.
    Avx512,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// `AArch64`.
    Neon,
    /// What every processor has.
    Portable,
}

/// Names an instruction set to be used instead of the best one.
pub const INSTRUCTION_SET_VARIABLE: &str = "COTEJO_INSTRUCTION_SET";

/// An instruction set that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadInstructionSet {
    /// No such name.
    #[error("{INSTRUCTION_SET_VARIABLE}={0}: no such instruction set; choose one of {known}", known = InstructionSet::names())]
    Unknown(String),
    /// The processor lacks it.
    #[error("{INSTRUCTION_SET_VARIABLE}={0}: this processor has not got it; it has {available}", available = InstructionSet::available_names())]
    Unavailable(InstructionSet),
}

impl InstructionSet {
    /// Every one, best first.
    pub const ALL: [Self; 4] = [Self::Avx512, Self::Avx2, Self::Neon, Self::Portable];

    /// Its name, as `COTEJO_INSTRUCTION_SET` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Neon => "neon",
            Self::Portable => "portable",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    fn available_names() -> String {
        Self::available().map(Self::name).collect::<Vec<_>>().join(", ")
    }

    /// Those that this processor and its operating system have, best first.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|set| set.is_available())
    }

    /// Whether this processor and its operating system have it.
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => is_x86_feature_detected!("avx512f"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => std::arch::is_aarch64_feature_detected!("neon"),
            Self::Portable => true,
            #[allow(unreachable_patterns, reason = "which are left depends on the architecture")]
            _ => false,
        }
    }

    /// The one that `COTEJO_INSTRUCTION_SET` names, or the best that this processor has.
    pub fn detect() -> Result<Self, BadInstructionSet> {
        match std::env::var(INSTRUCTION_SET_VARIABLE) {
            Ok(name) if !name.is_empty() => {
                let set: Self = name.parse()?;
                if set.is_available() { Ok(set) } else { Err(BadInstructionSet::Unavailable(set)) }
            }
            Err(VarError::NotUnicode(name)) => Err(BadInstructionSet::Unknown(name.to_string_lossy().into_owned())),
            _ => Ok(Self::available().next().unwrap_or(Self::Portable)),
        }
    }
}

impl fmt::Display for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for InstructionSet {
    type Err = BadInstructionSet;

    fn from_str(text: &str) -> Result<Self, BadInstructionSet> {
        Self::ALL.into_iter().find(|set| set.name() == text).ok_or_else(|| BadInstructionSet::Unknown(text.to_owned()))
    }
}
