//! The products that are played, with the figures that their times follow from. They are of the right order, no more: a
//! rehearsal says nothing of any of them.

use cotejo_model::gpu::ComputeCapability;

/// A processor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlayedCpu {
    /// The product's name, without the mark.
    pub product: &'static str,
    /// The architecture.
    pub arch: &'static str,
    /// The operating system of a PC that has it.
    pub os: &'static str,
    /// Cores.
    pub cores: u32,
    /// Hardware threads.
    pub threads: u32,
    /// Vector extensions.
    pub simd: &'static [&'static str],
    /// The highest clock, in MHz.
    pub max_mhz: u64,
    /// FLOP/s of one core on the optimized engine, counted as the direct algorithm's.
    pub core_flops: f64,
    /// Share of the work that one thread alone does (Amdahl).
    pub serial: f64,
    /// Bytes a second between memory and cores.
    pub bandwidth: f64,
    /// Memory of a PC that has it, in GiB.
    pub memory_gib: u64,
}

/// A graphics card.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlayedGpu {
    /// The product's name, without the mark.
    pub product: &'static str,
    /// Its memory, in GiB.
    pub memory_gib: u64,
    /// Its generation.
    pub capability: ComputeCapability,
    /// FLOP/s in f32 at most.
    pub peak_flops: f64,
    /// Bytes a second between its memory and its cores.
    pub bandwidth: f64,
    /// Work of a run at which half of the card's rate is reached, in FLOP: smaller runs do not fill it.
    pub half_flops: f64,
    /// What it may draw, in watts.
    pub power_limit_w: f64,
    /// The driver's version.
    pub driver: &'static str,
    /// The newest CUDA that the driver serves, where that is too old for the worker's libraries.
    pub outdated: Option<&'static str>,
}

const WINDOWS_10: &str = "Windows 10 (19045)";
const WINDOWS_11: &str = "Windows 11 (22631)";
const AVX2: &[&str] = &["avx2", "fma"];
const AVX512: &[&str] = &["avx2", "fma", "avx512f"];

const DESKTOP: PlayedCpu = PlayedCpu {
    product: "Intel Core i5-7500",
    arch: "x86_64",
    os: WINDOWS_10,
    cores: 4,
    threads: 4,
    simd: AVX2,
    max_mhz: 3800,
    core_flops: 115e9,
    serial: 0.05,
    bandwidth: 28e9,
    memory_gib: 16,
};

/// Desktops without a graphics card; a class has one of these models.
pub(crate) const OFFICE: &[PlayedCpu] = &[
    DESKTOP,
    PlayedCpu { product: "Intel Core i5-6500", max_mhz: 3600, core_flops: 106e9, memory_gib: 8, ..DESKTOP },
    PlayedCpu { product: "Intel Core i3-8100", max_mhz: 3600, core_flops: 112e9, memory_gib: 8, ..DESKTOP },
];

const SIX_CORES: PlayedCpu = PlayedCpu {
    product: "Intel Core i5-10400",
    os: WINDOWS_11,
    cores: 6,
    threads: 12,
    max_mhz: 4300,
    core_flops: 125e9,
    bandwidth: 34e9,
    ..DESKTOP
};

/// PCs with a small graphics card.
pub(crate) const LAB: &[(PlayedCpu, PlayedGpu)] = &[
    (SIX_CORES, GTX_1650),
    (PlayedCpu { product: "Intel Core i5-9400F", threads: 6, max_mhz: 4100, core_flops: 119e9, ..SIX_CORES }, GTX_1660),
];

const ZEN3: PlayedCpu = PlayedCpu {
    product: "AMD Ryzen 5 5600",
    max_mhz: 4400,
    core_flops: 142e9,
    serial: 0.04,
    bandwidth: 40e9,
    ..SIX_CORES
};

/// PCs with a graphics card of the middle.
pub(crate) const NEW_LAB: &[(PlayedCpu, PlayedGpu)] =
    &[(ZEN3, RTX_3060), (PlayedCpu { product: "Intel Core i5-12400F", core_flops: 148e9, ..ZEN3 }, RTX_3050)];

/// The PC at the teacher's desk.
pub(crate) const WORKSTATION: &[(PlayedCpu, PlayedGpu)] = &[
    (
        PlayedCpu {
            product: "AMD Ryzen 7 7700",
            cores: 8,
            threads: 16,
            simd: AVX512,
            max_mhz: 5300,
            core_flops: 240e9,
            bandwidth: 60e9,
            memory_gib: 32,
            ..ZEN3
        },
        RTX_4070,
    ),
    (
        PlayedCpu { product: "AMD Ryzen 9 5900X", cores: 12, threads: 24, max_mhz: 4800, memory_gib: 32, ..ZEN3 },
        RTX_4070,
    ),
];

/// A PC whose driver nobody has renewed.
pub(crate) const NEGLECTED: (PlayedCpu, PlayedGpu) = (
    PlayedCpu {
        product: "Intel Core i5-8400",
        os: WINDOWS_10,
        threads: 6,
        max_mhz: 4000,
        core_flops: 117e9,
        ..SIX_CORES
    },
    GTX_1060,
);

/// A laptop of a decade ago.
pub(crate) const OLD_LAPTOP: PlayedCpu = PlayedCpu {
    product: "Intel Core i3-5005U",
    cores: 2,
    max_mhz: 2000,
    core_flops: 54e9,
    serial: 0.06,
    bandwidth: 12e9,
    memory_gib: 8,
    ..DESKTOP
};

/// A newer laptop.
pub(crate) const LAPTOP: PlayedCpu = PlayedCpu {
    product: "Intel Core i7-1165G7",
    os: WINDOWS_11,
    threads: 8,
    simd: AVX512,
    max_mhz: 4700,
    core_flops: 190e9,
    bandwidth: 38e9,
    ..DESKTOP
};

/// One PC of another make.
pub(crate) const OTHER: PlayedCpu = PlayedCpu {
    product: "Apple M1",
    arch: "aarch64",
    os: "macOS 14.7",
    cores: 8,
    threads: 8,
    simd: &["neon"],
    max_mhz: 3200,
    core_flops: 78e9,
    serial: 0.05,
    bandwidth: 55e9,
    memory_gib: 8,
};

const DRIVER: &str = "560.94";

/// The card of a rehearsal with a single played GPU, on a PC that is real otherwise.
pub(crate) const ANY_GPU: PlayedGpu = PlayedGpu {
    product: "Simulated GPU",
    memory_gib: 8,
    capability: ComputeCapability { major: 8, minor: 6 },
    peak_flops: 14e12,
    bandwidth: 380e9,
    half_flops: 1.5e9,
    power_limit_w: 170.0,
    driver: DRIVER,
    outdated: None,
};

const RTX_3060: PlayedGpu =
    PlayedGpu { product: "NVIDIA GeForce RTX 3060", memory_gib: 12, peak_flops: 12.7e12, bandwidth: 360e9, ..ANY_GPU };

const RTX_3050: PlayedGpu = PlayedGpu {
    product: "NVIDIA GeForce RTX 3050",
    peak_flops: 9.1e12,
    bandwidth: 224e9,
    half_flops: 1.1e9,
    power_limit_w: 130.0,
    ..ANY_GPU
};

const RTX_4070: PlayedGpu = PlayedGpu {
    product: "NVIDIA GeForce RTX 4070",
    memory_gib: 12,
    capability: ComputeCapability { major: 8, minor: 9 },
    peak_flops: 29.1e12,
    bandwidth: 504e9,
    half_flops: 3e9,
    power_limit_w: 200.0,
    ..ANY_GPU
};

const GTX_1650: PlayedGpu = PlayedGpu {
    product: "NVIDIA GeForce GTX 1650",
    memory_gib: 4,
    capability: ComputeCapability { major: 7, minor: 5 },
    peak_flops: 2.98e12,
    bandwidth: 128e9,
    half_flops: 0.4e9,
    power_limit_w: 75.0,
    ..ANY_GPU
};

const GTX_1660: PlayedGpu = PlayedGpu {
    product: "NVIDIA GeForce GTX 1660 SUPER",
    memory_gib: 6,
    peak_flops: 5.0e12,
    bandwidth: 336e9,
    half_flops: 0.7e9,
    power_limit_w: 125.0,
    ..GTX_1650
};

const GTX_1060: PlayedGpu = PlayedGpu {
    product: "NVIDIA GeForce GTX 1060 6GB",
    capability: ComputeCapability { major: 6, minor: 1 },
    peak_flops: 4.4e12,
    power_limit_w: 120.0,
    driver: "456.71",
    outdated: Some("11.1"),
    ..GTX_1660
};
