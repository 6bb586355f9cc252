//! Answers that are wrong, so that their times are of something else.

use super::reasons;
use crate::device::DeviceId;

reasons! {
    /// Why computed answers cannot be trusted.
    Answer AnswerReason {
        /// A logit is infinite or not a number.
        NotFinite {
            /// Its place among all the logits.
            logit: u32,
        } = "answer_not_finite" => WrongAnswer,
        /// The logits are not those of the reference engine.
        OffReference {
            /// The largest difference over the logits' root mean square; none where it is not a number.
            error: Option<f64>,
        } = "answer_off_reference" => WrongAnswer,
        /// A device that was tried with a small network gave other logits than the CPU.
        DeviceWrong {
            /// The device.
            device: DeviceId,
            /// The largest difference over the logits' root mean square; none where it is not a number.
            error: Option<f64>,
        } = "device_answers_wrongly" => WrongAnswer,
        /// An element of a matrix product is wrong.
        ProductWrong {
            /// Its row.
            row: u64,
            /// Its column.
            column: u64,
            /// What was computed; none where it is not a number.
            found: Option<f64>,
            /// What it must be.
            expected: f64,
        } = "product_wrong" => WrongAnswer,
        /// The engine's CUDA graph gave other answers than the same kernels one by one.
        GraphDiffers = "graph_differs" => WrongAnswer,
    }
}
