//! The coordinator as agents and people meet it: a real server on a free port.

mod agents;
mod people;
mod support;
mod transfer;
