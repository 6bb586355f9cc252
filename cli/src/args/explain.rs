//! The arguments of `cotejo explain`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use cotejo_model::{DeviceId, Model, Precision, Threads};

const EXAMPLES: &str = "\
Examples:
  cotejo explain                                  ResNet18 at 224 pixels, on all cores
  cotejo explain --model mobilenet_v2 --batch 8
  cotejo explain --exact                          without Winograd
  cotejo explain --device cuda:0 --precision f16  on a GPU
  cotejo explain --format csv > layers.csv

Exit codes: 0 explained, 1 it could not be, 2 bad input, 130 Ctrl-C.";

/// `cotejo explain`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainArgs {
    #[arg(long, value_name = "MODEL", default_value_t = Model::ResNet18, help = format!("Classifier: {}", Model::names()))]
    pub(crate) model: Model,
    /// Image size, in pixels a side
    #[arg(long, value_name = "PIXELS", default_value_t = 224)]
    pub(crate) size: u32,
    /// Images in one forward pass
    #[arg(long, value_name = "IMAGES", default_value_t = 1)]
    pub(crate) batch: u32,
    /// CPU threads: all (one a physical core), or a number
    #[arg(long, value_name = "THREADS", default_value_t = Threads::All)]
    pub(crate) threads: Threads,
    /// Device: cpu, or a GPU such as cuda:0
    #[arg(long, value_name = "DEVICE", default_value_t = DeviceId::Cpu)]
    pub(crate) device: DeviceId,
    /// Number format: f32; on GPUs also tf32, f16, bf16
    #[arg(long, value_name = "FORMAT", default_value_t = Precision::F32)]
    pub(crate) precision: Precision,
    /// Keep to direct convolution, without the rounding of faster algorithms
    #[arg(long)]
    pub(crate) exact: bool,
    /// Weights (.safetensors, .pth); random ones by default
    #[arg(long, value_name = "FILE")]
    pub(crate) weights: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ExplainFormat::Table)]
    pub(crate) format: ExplainFormat,
}

/// How an explanation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people
    Table,
    /// Everything, for programs
    Json,
    /// One row a layer, for spreadsheets
    Csv,
}
