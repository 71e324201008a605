# ===- networks.py - the table of networks -----------------------------------=== #
#
# Every network with random weights, its inputs, and which of their dimensions may be symbolic.
#
# ===-------------------------------------------------------------------------=== #

import dataclasses
import typing

import torch
import torchvision
from torch import nn

import own_networks as own


@dataclasses.dataclass
class Input:
    name: str
    shape: tuple
    tokens: int = 0  # Random integers below it; 0: normal numbers; -1: ones.
    symbols: dict = dataclasses.field(default_factory=lambda: {0: "batch"})
    batch_axis: int = 0

    def sample(self):
        if self.tokens > 0:
            return torch.randint(self.tokens, self.shape)
        return torch.ones(self.shape, dtype=torch.int64) if self.tokens else torch.randn(self.shape)


@dataclasses.dataclass
class Network:
    name: str
    make: typing.Callable[[], nn.Module]
    inputs: list


def image(size=224, channels=3):
    return [Input("image", (1, channels, size, size))]


def text(length, vocabulary, mask=True):
    symbols = {0: "batch", 1: "sequence"}
    ids = Input("input_ids", (1, length), vocabulary, symbols)
    return [ids, Input("attention_mask", (1, length), -1, symbols)] if mask else [ids]


def vision(name, maker=None, **options):
    maker = maker or name
    return Network(name, lambda: getattr(torchvision.models, maker)(weights=None, **options), image())


class FirstOutput(nn.Module):
    """A language model of the transformers package, by its inputs' order."""

    def __init__(self, model, names):
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *inputs):
        return self.model(**dict(zip(self.names, inputs)), return_dict=False)[0]


class Causal(FirstOutput):
    """The same, each token seeing those before it; PyTorch's older exporter cannot follow how the package says so."""

    def forward(self, ids):
        length = ids.shape[1]
        mask = torch.full((length, length), torch.finfo(torch.float32).min).triu(1)
        return self.model(input_ids=ids, attention_mask=mask[None, None], return_dict=False)[0]


def language(name, kind, config, inputs):
    def make():
        import transformers

        settings = getattr(transformers, f"{kind}Config")(**config)
        wrapper = Causal if kind == "GPT2" else FirstOutput
        return wrapper(getattr(transformers, f"{kind}Model")(settings), [input.name for input in inputs])

    return Network(name, make, inputs)


NETWORKS = [
    Network("mlp", own.mlp, [Input("x", (1, 784))]),
    Network("mnist_cnn", own.mnist_cnn, image(28, 1)),
    vision("resnet18"),
    vision("resnet50"),
    vision("vgg16"),
    vision("densenet121"),
    vision("mobilenet_v2"),
    vision("mobilenet_v3_large"),
    vision("efficientnet_b0"),
    vision("squeezenet1_1"),
    vision("shufflenet_v2_x1_0"),
    vision("convnext_tiny"),
    vision("vit_b_16"),
    vision("swin_t"),
    language("bert_base", "Bert", {}, text(128, 30522)),
    language("distilbert", "DistilBert", {}, text(128, 30522)),
    language("minilm_l6", "Bert", dict(hidden_size=384, num_hidden_layers=6, intermediate_size=1536), text(128, 30522)),
    language("gpt2", "GPT2", dict(use_cache=False), text(64, 50257, mask=False)),
    Network("unet", own.UNet, image(256)),
    Network("yolo", own.Detector, image(640)),
    Network("lstm", lambda: own.Recurrent(nn.LSTM, 64, 512, 2), [Input("x", (1, 32, 64))]),
    Network("gru", lambda: own.Recurrent(nn.GRU, 64, 256, 1), [Input("x", (1, 32, 64))]),
    Network("tcn", own.TemporalConv, [Input("x", (1, 32, 512))]),
]
