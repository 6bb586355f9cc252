//! What the tests of the engines share: networks with random weights, the definition of every layer in f64, and a driver
//! with libraries that compute on the CPU, for where there is no GPU.

pub mod networks;
pub mod oracle;
pub mod random;
pub mod simulator;
