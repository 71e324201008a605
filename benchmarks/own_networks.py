# ===- own_networks.py - networks that no package has ------------------------=== #
#
# Small ones, and usual architectures in a few lines each: what counts here is their operators and sizes.
#
# ===-------------------------------------------------------------------------=== #

import torch
from torch import nn
from torch.nn import functional as F


def mlp():
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def mnist_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10), nn.LogSoftmax(1),
    )  # fmt: skip


class UNet(nn.Module):
    """Ronneberger et al. 2015, with padding, batch normalisation and half the channels."""

    def __init__(self, inputs=3, classes=2, channels=32, depth=4):
        super().__init__()
        widths = [channels << level for level in range(depth + 1)]
        self.down = nn.ModuleList(self.block(a, b) for a, b in zip([inputs, *widths], widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in zip(widths, widths[1:]))
        self.merge = nn.ModuleList(self.block(2 * a, a) for a in widths[:-1])
        self.head = nn.Conv2d(channels, classes, 1)

    @staticmethod
    def block(inputs, outputs):
        layers = []
        for channels in (inputs, outputs):
            layers += [nn.Conv2d(channels, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
        return nn.Sequential(*layers)

    def forward(self, x):
        skips = []
        for block in self.down[:-1]:
            skips.append(block(x))
            x = F.max_pool2d(skips[-1], 2)
        x = self.down[-1](x)
        for up, merge, skip in zip(reversed(self.up), reversed(self.merge), reversed(skips)):
            x = merge(torch.cat([skip, up(x)], 1))
        return self.head(x)


class ConvSilu(nn.Sequential):
    def __init__(self, inputs, outputs, kernel=1, stride=1):
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.SiLU()
        )


class CrossStage(nn.Module):
    """Two thirds of the channels pass by a chain of bottlenecks, whose every result is kept."""

    def __init__(self, inputs, outputs, repeats, shortcut=True):
        super().__init__()
        self.half, self.shortcut = outputs // 2, shortcut
        self.enter = ConvSilu(inputs, outputs)
        self.chain = nn.ModuleList(
            nn.Sequential(ConvSilu(self.half, self.half, 3), ConvSilu(self.half, self.half, 3)) for _ in range(repeats)
        )
        self.leave = ConvSilu((2 + repeats) * self.half, outputs)

    def forward(self, x):
        parts = list(self.enter(x).chunk(2, 1))
        for block in self.chain:
            y = block(parts[-1])
            parts.append(parts[-1] + y if self.shortcut else y)
        return self.leave(torch.cat(parts, 1))


class PyramidPool(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.enter, self.leave = ConvSilu(channels, channels // 2), ConvSilu(channels * 2, channels)
        self.pool = nn.MaxPool2d(5, 1, 2)

    def forward(self, x):
        parts = [self.enter(x)]
        for _ in range(3):
            parts.append(self.pool(parts[-1]))
        return self.leave(torch.cat(parts, 1))


class Detector(nn.Module):
    """A one-stage detector of the YOLO family: three scales, boxes as distributions over 16 distances, 80 classes."""

    bins, classes = 16, 80

    def __init__(self, width=16, size=640):
        super().__init__()
        w = [width * factor for factor in (1, 2, 4, 8, 16)]
        self.stem = nn.Sequential(ConvSilu(3, w[0], 3, 2), ConvSilu(w[0], w[1], 3, 2), CrossStage(w[1], w[1], 1))
        self.eighth = nn.Sequential(ConvSilu(w[1], w[2], 3, 2), CrossStage(w[2], w[2], 2))
        self.sixteenth = nn.Sequential(ConvSilu(w[2], w[3], 3, 2), CrossStage(w[3], w[3], 2))
        self.last = nn.Sequential(ConvSilu(w[3], w[4], 3, 2), CrossStage(w[4], w[4], 1), PyramidPool(w[4]))
        self.up16, self.up8 = CrossStage(w[4] + w[3], w[3], 1, False), CrossStage(w[3] + w[2], w[2], 1, False)
        self.to16, self.to32 = ConvSilu(w[2], w[2], 3, 2), ConvSilu(w[3], w[3], 3, 2)
        self.down16, self.down32 = CrossStage(w[2] + w[3], w[3], 1, False), CrossStage(w[3] + w[4], w[4], 1, False)
        self.boxes = nn.ModuleList(self.head(inputs, w[2], 4 * self.bins) for inputs in w[2:])
        self.scores = nn.ModuleList(self.head(inputs, max(w[2], self.classes), self.classes) for inputs in w[2:])
        places, strides = [], []
        for stride in (8, 16, 32):
            rows = torch.arange(size // stride) + 0.5
            y, x = torch.meshgrid(rows, rows, indexing="ij")
            places.append(torch.stack([x.flatten(), y.flatten()]))
            strides.append(torch.full((1, x.numel()), float(stride)))
        self.register_buffer("places", torch.cat(places, 1))
        self.register_buffer("strides", torch.cat(strides, 1))
        self.register_buffer("distances", torch.arange(self.bins, dtype=torch.float).view(1, self.bins, 1, 1))

    @staticmethod
    def head(inputs, channels, outputs):
        return nn.Sequential(ConvSilu(inputs, channels, 3), ConvSilu(channels, channels, 3), nn.Conv2d(channels, outputs, 1))

    def forward(self, x):
        eighth = self.eighth(self.stem(x))
        sixteenth = self.sixteenth(eighth)
        last = self.last(sixteenth)
        grow = lambda x: F.interpolate(x, scale_factor=2.0, mode="nearest")
        middle = self.up16(torch.cat([grow(last), sixteenth], 1))
        small = self.up8(torch.cat([grow(middle), eighth], 1))
        middle = self.down16(torch.cat([self.to16(small), middle], 1))
        large = self.down32(torch.cat([self.to32(middle), last], 1))
        scales = [small, middle, large]
        boxes = torch.cat([head(scale).flatten(2) for head, scale in zip(self.boxes, scales)], 2)
        scores = torch.cat([head(scale).flatten(2) for head, scale in zip(self.scores, scales)], 2)
        sides = boxes.view(x.shape[0], 4, self.bins, -1).transpose(1, 2).softmax(1)
        sides = (sides * self.distances).sum(1)
        corners = torch.cat([self.places - sides[:, :2], self.places + sides[:, 2:]], 1) * self.strides
        return torch.cat([corners, scores.sigmoid()], 1)


class Recurrent(nn.Module):
    """Layers of LSTM or GRU cells over a sequence [batch, steps, features], and a classifier of the last step."""

    def __init__(self, kind, features, hidden, layers, bidirectional=False):
        super().__init__()
        self.cells = kind(features, hidden, layers, batch_first=True, bidirectional=bidirectional)
        self.classifier = nn.Linear(hidden * (2 if bidirectional else 1), 10)

    def forward(self, x):
        sequence, _ = self.cells(x)
        return self.classifier(sequence[:, -1])


class TemporalConv(nn.Module):
    """Bai et al. 2018: dilated causal convolutions with residuals, [batch, channels, steps]."""

    def __init__(self, inputs=32, channels=128, levels=6, kernel=3, classes=10):
        super().__init__()
        self.levels = nn.ModuleList()
        for level in range(levels):
            first = nn.Conv1d(inputs if level == 0 else channels, channels, kernel, dilation=1 << level)
            second = nn.Conv1d(channels, channels, kernel, dilation=1 << level)
            skip = nn.Conv1d(inputs, channels, 1) if level == 0 else nn.Identity()
            self.levels.append(nn.ModuleList([first, second, skip]))
        self.head = nn.Linear(channels, classes)

    def forward(self, x):
        for first, second, skip in self.levels:
            pad = (first.kernel_size[0] - 1) * first.dilation[0]
            y = F.relu(first(F.pad(x, (pad, 0))))
            y = F.relu(second(F.pad(y, (pad, 0))))
            x = F.relu(y + skip(x))
        return self.head(x[:, :, -1])
