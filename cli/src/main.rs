//! `cotejo`: the command line.

mod args;
mod command;
mod draft;
mod error;
mod render;
mod sweep_file;

fn main() {}
