//! Weight files that are whole and cannot be used.

use super::facts::{PickleFault, TensorProblem};
use super::reasons;
use crate::workload::Model;

reasons! {
    /// Why the content of a weight file cannot be used.
    Weights WeightsReason {
        /// It is neither safetensors nor a PyTorch file.
        UnknownFormat {
            /// Its first bytes.
            begins: String,
        } = "weights_format_unknown" => WeightsCorrupt,
        /// The header of a safetensors file does not fit the file.
        BadHeader {
            /// What its reader says.
            detail: String,
        } = "weights_bad_header" => WeightsCorrupt,
        /// The archive of a PyTorch file cannot be read.
        BadArchive {
            /// What its reader says.
            detail: String,
        } = "weights_bad_archive" => WeightsCorrupt,
        /// The archive is not PyTorch's.
        NoPickle = "weights_no_pickle" => WeightsCorrupt,
        /// A part of the archive is missing, or compressed.
        EntryMissing {
            /// Its name.
            entry: String,
        } = "weights_entry_missing" => WeightsCorrupt,
        /// Its numbers are big-endian.
        BigEndian = "weights_big_endian" => WeightsCorrupt,
        /// The pickle that describes the tensors makes no sense.
        BadPickle {
            /// What is wrong with it.
            fault: PickleFault,
        } = "weights_bad_pickle" => WeightsCorrupt,
        /// It holds no state dict.
        NoStateDict = "weights_no_state_dict" => WeightsCorrupt,
        /// It does not list its storages.
        NoStorages = "weights_no_storages" => WeightsCorrupt,
        /// A storage is of an unknown kind or length.
        BadStorage {
            /// Its key; none where it has no name.
            storage: Option<String>,
        } = "weights_bad_storage" => WeightsCorrupt,
        /// A tensor's numbers are not in the file, or reach beyond them.
        NumbersMissing {
            /// The tensor.
            tensor: String,
        } = "weights_numbers_missing" => WeightsCorrupt,
        /// A tensor holds something else than real numbers.
        NotReal {
            /// The tensor.
            tensor: String,
            /// What it holds, in the file's words.
            format: String,
        } = "weights_not_real" => WeightsCorrupt,
        /// A weight is infinite or not a number.
        NotFinite {
            /// The tensor.
            tensor: String,
            /// The place of the weight in it.
            element: u64,
        } = "weights_not_finite" => WeightsCorrupt,
        /// The tensors are not those of the model.
        OtherModel {
            /// The model.
            model: Model,
            /// The first of what does not fit.
            problems: Vec<TensorProblem>,
            /// How many more there are.
            more: u32,
        } = "weights_of_other_model" => WeightsMismatch,
    }
}
