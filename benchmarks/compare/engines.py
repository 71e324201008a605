# ===- engines.py - the peers -----------------------------------------------=== #
#
# An engine is made for a number of threads, which imports its package; loads a model for inputs of these shapes; and
# runs it, over and over on the same inputs, giving a list of arrays. What a caller can arrange once, such as where the
# outputs go, is arranged while loading.
#
# ===-------------------------------------------------------------------------=== #

import pathlib
import sys


class OnnxRuntime:
    def __init__(self, threads):
        import onnxruntime

        self.package, self.version = onnxruntime, onnxruntime.__version__
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.inter_op_num_threads = 1
        self.options.log_severity_level = 3

    def load(self, model, inputs):
        self.session = self.package.InferenceSession(model, self.options, providers=["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        for port, array in zip(self.session.get_inputs(), inputs, strict=True):
            self.binding.bind_cpu_input(port.name, array)
        for port in self.session.get_outputs():
            self.binding.bind_output(port.name, "cpu")

    def run(self):
        self.session.run_with_iobinding(self.binding)
        return _Lazily(self.binding.copy_outputs_to_cpu)


class OpenVino:
    """In f32 like the others (by itself it takes bf16 where the CPU has it), and with the inputs' shapes made static."""

    def __init__(self, threads):
        import openvino

        self.package, self.version = openvino, openvino.__version__.split("-")[0]
        self.settings = {
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
        }

    def load(self, model, inputs):
        core = self.package.Core()
        network = core.read_model(model)
        if any(port.partial_shape.is_dynamic for port in network.inputs):
            network.reshape({port: list(array.shape) for port, array in zip(network.inputs, inputs)})
        compiled = core.compile_model(network, "CPU", self.settings)
        self.request = compiled.create_infer_request()
        for index, array in enumerate(inputs):
            self.request.set_input_tensor(index, self.package.Tensor(array, shared_memory=True))
        self.outputs = len(compiled.outputs)

    def run(self):
        self.request.infer()
        return _Lazily(lambda: [self.request.get_output_tensor(index).data for index in range(self.outputs)])


class Torch:
    """PyTorch eager, on the module that the model was exported from, as modules.py writes it."""

    def __init__(self, threads):
        sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
        import torch

        self.package, self.version = torch, torch.__version__.split("+")[0]
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)

    def load(self, model, inputs):
        self.module = self.package.load(model, weights_only=False)
        self.inputs = [self.package.from_numpy(array) for array in inputs]

    def run(self):
        with self.package.inference_mode():
            results = self.module(*self.inputs)
        results = [results] if isinstance(results, self.package.Tensor) else results
        return _Lazily(lambda: [result.numpy() for result in results])


class _Lazily:
    """Arrays that are made when somebody looks: what belongs to the check is not measured."""

    def __init__(self, make):
        self.make = make

    def __iter__(self):
        return iter(self.make())


ENGINES = {"onnxruntime": OnnxRuntime, "openvino": OpenVino, "torch": Torch}
