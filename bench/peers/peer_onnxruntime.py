"""ONNX Runtime's CPU provider as a peer: started by `cpu.py`, see `serve.py`."""

import numpy as np
import onnxruntime

from cells import Cell, Files
from inputs import error, tensor
from serve import arguments, serve


def session(cell: Cell, files: Files) -> onnxruntime.InferenceSession:
    """A session with the cell's threads and otherwise the defaults, which are the fastest: all graph optimisations
    (batch norm folded, activations and additions fused, blocked layout), threads that spin between operators."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cell.threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(files.onnx(cell), options, providers=["CPUExecutionProvider"])


def main() -> None:
    cell, files, answers = arguments()
    network = session(cell, files)
    logits = onnxruntime.OrtValue.ortvalue_from_shape_and_type([cell.batch, 1000], np.float32)
    binding = network.io_binding()
    binding.bind_ortvalue_input("input", onnxruntime.OrtValue.ortvalue_from_numpy(tensor(cell.size, cell.batch)))
    binding.bind_ortvalue_output("logits", logits)
    network.run_with_iobinding(binding)
    found = error(logits.numpy(), np.load(files.logits(cell)))
    serve(lambda: network.run_with_iobinding(binding), found, answers)


main()
