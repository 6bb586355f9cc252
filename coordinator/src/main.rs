//! The coordinator's program.

fn main() {}
