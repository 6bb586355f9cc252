//! Builds the simulated driver and libraries, for tests where there is no GPU.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles them into a folder, under the names that the engine tries first.
pub fn build(folder: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find(|path| path.join("Cargo.lock").exists());
    let engine = root.expect("tests run in the workspace").join("agent/worker/cuda");
    let sources = engine.join("tests/simulator");
    let object = |name: &str| folder.join(format!("{name}.o"));
    let mut objects = Vec::new();
    for source in ["driver", "libraries"] {
        compile(&sources.join(format!("{source}.c")), &object(source), &[]);
        objects.push(object(source));
    }
    for storage in 0..3 {
        for channels_last in 0..2 {
            let variant = storage * 2 + channels_last;
            let numbers = [("STORAGE", storage), ("CHANNELS_LAST", channels_last), ("VARIANT", variant)];
            let mut flags = numbers.map(|(name, value)| format!("-D{name}={value}")).to_vec();
            flags.push(format!("-I{}", engine.join("src").display()));
            let to = object(&format!("kernels{variant}"));
            compile(&sources.join("kernels.c"), &to, &flags);
            objects.push(to);
        }
    }
    link(folder, "libcuda.so", &objects);
    // The others are empty: their symbols are found in the library that they depend on.
    for library in ["libnvrtc.so", "libcublasLt.so", "libcudnn.so"] {
        link(folder, library, &[folder.join("libcuda.so")]);
    }
}

fn compile(source: &Path, object: &Path, flags: &[String]) {
    run(Command::new("cc")
        .args(["-c", "-O3", "-ffast-math", "-fno-finite-math-only", "-fPIC", "-w"])
        .args(flags)
        .arg(source)
        .arg("-o")
        .arg(object));
}

fn link(folder: &Path, name: &str, inputs: &[PathBuf]) {
    let mut command = Command::new("cc");
    command.args(["-shared", "-Wl,--no-as-needed", &format!("-Wl,-soname,{name}")]);
    run(command.args(inputs).args(["-lm", "-lpthread", "-o"]).arg(folder.join(name)));
}

fn run(command: &mut Command) {
    let output = command.output().expect("a C compiler is at hand, as the README asks");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
