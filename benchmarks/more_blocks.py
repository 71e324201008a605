# ===- more_blocks.py - usual building blocks, small ---------------------------=== #
#
# One small network per idea: what counts here is how PyTorch spells it in ONNX.
#
# ===-------------------------------------------------------------------------=== #

import torch
from torch import nn
from torch.nn import functional as F


class Function(nn.Module):
    """A function of the inputs and of some layers, which it gets as keywords."""

    def __init__(self, function, **layers):
        super().__init__()
        self.function, self.layers = function, nn.ModuleDict(layers)

    def forward(self, *inputs):
        return self.function(*inputs, **self.layers)


def conv(inputs, outputs, kernel=3, **options):
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, **options)


class DiffusionBlock(nn.Module):
    """A residual block of a diffusion U-Net: group normalisation, SiLU, a time embedding, attention over places."""

    def __init__(self, channels=32, heads=4):
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.GroupNorm(8, channels) for _ in range(3))
        self.conv1, self.conv2 = conv(channels, channels), conv(channels, channels)
        self.time = nn.Sequential(nn.Linear(64, channels), nn.SiLU(), nn.Linear(channels, 2 * channels))
        self.heads, self.qkv, self.out = heads, conv(channels, 3 * channels, 1), conv(channels, channels, 1)

    def forward(self, x, time):
        steps = torch.exp(torch.arange(32) * (-9.2 / 32))
        angle = time[:, None] * steps
        scale, shift = self.time(torch.cat([angle.sin(), angle.cos()], 1))[:, :, None, None].chunk(2, 1)
        y = self.conv1(F.silu(self.norm1(x)))
        x = x + self.conv2(F.silu(self.norm2(y) * (1 + scale) + shift))
        batch, channels, height, width = x.shape
        q, k, v = self.qkv(self.norm3(x)).view(batch, 3, self.heads, channels // self.heads, height * width).unbind(1)
        weights = (torch.einsum("bhcn,bhcm->bhnm", q, k) * (channels // self.heads) ** -0.5).softmax(-1)
        x = x + self.out(torch.einsum("bhnm,bhcm->bhcn", weights, v).reshape(batch, channels, height, width))
        return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class Conformer(nn.Module):
    """Half a feed-forward, attention, a gated depthwise convolution, the other half."""

    def __init__(self, width=64, heads=4):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(5))
        self.first, self.last = (
            nn.Sequential(nn.Linear(width, 4 * width), nn.SiLU(), nn.Linear(4 * width, width)) for _ in range(2)
        )
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.enter, self.leave = nn.Conv1d(width, 2 * width, 1), nn.Conv1d(width, width, 1)
        self.depthwise = nn.Conv1d(width, width, 15, padding=7, groups=width)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, x):
        x = x + 0.5 * self.first(self.norms[0](x))
        y = self.norms[1](x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        y = F.glu(self.enter(self.norms[2](x).transpose(1, 2)), dim=1)
        x = x + self.leave(F.silu(self.norm(self.depthwise(y)))).transpose(1, 2)
        return self.norms[4](x + 0.5 * self.last(self.norms[3](x)))


class Mixer(nn.Module):
    """Tolstikhin et al. 2021."""

    def __init__(self, patches=49, width=64, layers=2):
        super().__init__()
        self.patch = nn.Conv2d(3, width, 16, 16)
        self.tokens = nn.ModuleList(self.block(patches) for _ in range(layers))
        self.channels = nn.ModuleList(self.block(width) for _ in range(layers))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2 * layers))
        self.head = nn.Linear(width, 10)

    @staticmethod
    def block(width):
        return nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        for tokens, channels, first, second in zip(self.tokens, self.channels, self.norms[::2], self.norms[1::2]):
            x = x + tokens(first(x).transpose(1, 2)).transpose(1, 2)
            x = x + channels(second(x))
        return self.head(x.mean(1))


class Attentive(nn.Module):
    """Blocks with every usual attention over channels and places: SE, ECA, CBAM, coordinates."""

    def __init__(self, channels=32):
        super().__init__()
        self.stem = nn.Sequential(conv(3, channels, stride=2), nn.BatchNorm2d(channels), nn.Hardswish())
        self.se = nn.Sequential(conv(channels, 8, 1), nn.ReLU(), conv(8, channels, 1), nn.Hardsigmoid())
        self.eca = nn.Conv1d(1, 1, 3, padding=1, bias=False)
        self.place = conv(2, 1, 7)
        self.coordinates = nn.Sequential(conv(channels, 8, 1), nn.BatchNorm2d(8), nn.Mish())
        self.rows, self.columns = conv(8, channels, 1), conv(8, channels, 1)

    def forward(self, x):
        x = self.stem(x)
        x = x * self.se(F.adaptive_avg_pool2d(x, 1))
        x = x * self.eca(x.mean((2, 3))[:, None]).sigmoid().transpose(1, 2)[..., None]
        x = x * self.place(torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)).sigmoid()
        rows, columns = x.mean(3, keepdim=True), x.mean(2, keepdim=True).transpose(2, 3)
        both = self.coordinates(torch.cat([rows, columns], 2))
        rows, columns = both.split([x.shape[2], x.shape[3]], 2)
        return x * self.rows(rows).sigmoid() * self.columns(columns.transpose(2, 3)).sigmoid()


class Ghost(nn.Module):
    """Half of the features are cheap functions of the others; then a channel shuffle."""

    def __init__(self, channels=24):
        super().__init__()
        self.main = nn.Sequential(conv(3, channels, stride=2, bias=False), nn.BatchNorm2d(channels), nn.ReLU6())
        self.cheap = nn.Sequential(conv(channels, channels, groups=channels), nn.BatchNorm2d(channels), nn.ELU())
        self.group = conv(2 * channels, channels, 1, groups=2)

    def forward(self, x):
        y = self.main(x)
        y = self.group(torch.cat([y, self.cheap(y)], 1))
        batch, channels, height, width = y.shape
        return y.view(batch, 3, channels // 3, height, width).transpose(1, 2).flatten(1, 2)[:, :20]


class Style(nn.Module):
    """Johnson et al. 2016: reflected borders, instance normalisation, nearest upsampling."""

    def __init__(self, channels=16):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(4), nn.Conv2d(3, channels, 9), nn.InstanceNorm2d(channels, affine=True), nn.ReLU(),
            nn.ReflectionPad2d(1), nn.Conv2d(channels, 2 * channels, 3, 2), nn.InstanceNorm2d(2 * channels), nn.PReLU(32),
            nn.ReplicationPad2d(1), nn.Conv2d(2 * channels, 2 * channels, 3), nn.InstanceNorm2d(2 * channels), nn.CELU(),
            nn.Upsample(scale_factor=2), nn.ReflectionPad2d(1), nn.Conv2d(2 * channels, channels, 3), nn.LeakyReLU(0.1),
            nn.ConstantPad2d((1, 2, 1, 2), 0.5), nn.Conv2d(channels, 3, 4), nn.Tanh(),
        )  # fmt: skip

    def forward(self, x):
        return self.layers(x)


def generator():
    """DCGAN's."""
    layers, sizes = [], [64, 128, 64, 32, 3]
    for index, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.ConvTranspose2d(a, b, 4, 1 if index == 0 else 2, 0 if index == 0 else 1, bias=False))
        layers += [nn.BatchNorm2d(b), nn.ReLU()] if b != 3 else [nn.Tanh()]
    return nn.Sequential(*layers)


def super_resolution():
    return nn.Sequential(conv(1, 32, 5), nn.Tanh(), conv(32, 32), nn.ReLU(), conv(32, 9), nn.PixelShuffle(3))


class Variational(nn.Module):
    """Encodes to a mean and a spread, decodes the mean; results of both."""

    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            conv(1, 16, stride=2), nn.SELU(), conv(16, 32, stride=2), nn.Softplus(), nn.Flatten()
        )
        self.mean, self.spread = nn.Linear(32 * 49, 16), nn.Linear(32 * 49, 16)
        self.decode = nn.Sequential(
            nn.Linear(16, 32 * 49), nn.Unflatten(1, (32, 7, 7)), nn.ConvTranspose2d(32, 16, 3, 2, 1, 1), nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 3, 2, 1, 1), nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, x):
        features = self.encode(x)
        mean, spread = self.mean(features), self.spread(features).clamp(-4, 4)
        return self.decode(mean), mean, (0.5 * spread).exp()


class Points(nn.Module):
    """PointNet: shared layers over points, a learned 3x3 transform, maximum over points."""

    def __init__(self):
        super().__init__()
        self.transform = nn.Sequential(nn.Conv1d(3, 32, 1), nn.BatchNorm1d(32), nn.ReLU())
        self.matrix = nn.Linear(32, 9)
        self.layers = nn.Sequential(nn.Conv1d(3, 64, 1), nn.BatchNorm1d(64), nn.ReLU(), nn.Conv1d(64, 128, 1))
        self.segment = nn.Conv1d(192, 5, 1)

    def forward(self, x):
        matrix = self.matrix(self.transform(x).max(2)[0]).view(-1, 3, 3) + torch.eye(3)
        x = torch.bmm(x.transpose(1, 2), matrix).transpose(1, 2)
        x = self.layers(x)
        each, overall = x[:, :64], x.max(2, keepdim=True)[0]
        return self.segment(torch.cat([each, overall.expand(-1, -1, x.shape[2])], 1)).log_softmax(1)


class Recommender(nn.Module):
    """Embeddings of categories, their pairwise products, a deep part and a wide part."""

    def __init__(self, categories=6, width=16):
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(50 + 10 * index, width) for index in range(categories))
        self.dense = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, width), nn.ReLU())
        self.register_buffer("pairs", torch.tril_indices(categories + 1, categories + 1, -1))
        self.deep = nn.Sequential(nn.Linear(width + self.pairs.shape[1], 32), nn.ReLU(), nn.Linear(32, 1))
        self.wide = nn.Linear(13, 1)

    def forward(self, dense, ids):
        x = self.dense(dense)
        rows = torch.stack([x, *[table(ids[:, index]) for index, table in enumerate(self.tables)]], 1)
        products = torch.bmm(rows, rows.transpose(1, 2))[:, self.pairs[0], self.pairs[1]]
        return torch.sigmoid(self.deep(torch.cat([x, products], 1)) + self.wide(dense))


class Radiance(nn.Module):
    """NeRF's: sines of coordinates, a skip in the middle, density and colour."""

    def __init__(self, width=64):
        super().__init__()
        self.first, self.second = nn.Linear(39, width), nn.Linear(width + 39, width)
        self.density, self.colour = nn.Linear(width, 1), nn.Linear(width, 3)

    def forward(self, points):
        scaled = points[..., None, :] * (2.0 ** torch.arange(6.0))[:, None]
        x = torch.cat([points, scaled.sin().flatten(-2), scaled.cos().flatten(-2)], -1)
        y = F.relu(self.second(torch.cat([F.relu(self.first(x)), x], -1)))
        alpha = 1 - torch.exp(-F.relu(self.density(y)) * 0.1)
        through = (1 - alpha + 1e-6).log().cumsum(1).exp()
        return (alpha * through * self.colour(y).sigmoid()).sum(1)


class Cells(nn.Module):
    """LSTM and GRU cells, step by step."""

    def __init__(self):
        super().__init__()
        self.lstm, self.gru = nn.LSTMCell(16, 32), nn.GRUCell(32, 32)

    def forward(self, x):
        h, c, g = (torch.zeros(x.shape[0], 32) for _ in range(3))
        for step in range(5):
            h, c = self.lstm(x[:, step], (h, c))
            g = self.gru(h, g)
        return torch.cat([g, c], 1)


class Sequences(nn.Module):
    """Recurrent layers with given initial states, whose final states are results."""

    def __init__(self, kind, layers=1, bidirectional=False, width=24, **options):
        super().__init__()
        self.cells = kind(16, width, layers, bidirectional=bidirectional, **options)

    def forward(self, x, *states):
        states = states[0] if len(states) == 1 else tuple(states)
        y, last = self.cells(x, states)
        return (y, *last) if isinstance(last, tuple) else (y, last)


class Captioner(nn.Module):
    """A sequence to sequence network with additive attention over a bidirectional encoder."""

    def __init__(self, vocabulary=100, width=32):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width, padding_idx=0)
        self.encoder = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(width, 2 * width, batch_first=True)
        self.query, self.key, self.score = nn.Linear(2 * width, width), nn.Linear(2 * width, width), nn.Linear(width, 1)
        self.head = nn.Linear(4 * width, vocabulary)

    def forward(self, source, target):
        memory, state = self.encoder(self.embed(source))
        state = torch.cat([state[0], state[1]], 1)[None]
        steps, _ = self.decoder(self.embed(target), state.contiguous())
        scores = self.score(torch.tanh(self.query(steps)[:, :, None] + self.key(memory)[:, None])).squeeze(-1)
        scores = scores.masked_fill((source == 0)[:, None], -1e9)
        return self.head(torch.cat([steps, scores.softmax(-1) @ memory], -1))


class Experts(nn.Module):
    """The two best of four experts per token, by their gates."""

    def __init__(self, width=32, experts=4):
        super().__init__()
        self.gate = nn.Linear(width, experts)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(width, 64), nn.GELU("tanh"), nn.Linear(64, width)) for _ in range(experts)
        )

    def forward(self, x):
        best, which = self.gate(x).softmax(-1).topk(2, -1)
        best = best / best.sum(-1, keepdim=True)
        gates = torch.zeros(*x.shape[:-1], len(self.experts)).scatter(-1, which, best)
        return x + sum(gates[..., index, None] * expert(x) for index, expert in enumerate(self.experts))


class SpatialTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.locate = nn.Sequential(
            conv(1, 8, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(7), nn.Flatten(), nn.Linear(392, 6)
        )
        self.classify = nn.Sequential(conv(1, 8), nn.MaxPool2d(4), nn.Flatten(), nn.Linear(392, 10))

    def forward(self, x):
        theta = 0.1 * self.locate(x).view(-1, 2, 3) + torch.eye(2, 3)
        return self.classify(F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), align_corners=False))


class Graph(nn.Module):
    """Two graph convolutions with a given adjacency matrix, then attention over neighbours."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.source, self.target = (
            nn.Linear(8, 16),
            nn.Linear(16, 16),
            nn.Linear(16, 1),
            nn.Linear(16, 1),
        )

    def forward(self, x, adjacency):
        adjacency = (adjacency > 0.5).float() + torch.eye(12)
        degrees = adjacency.sum(-1, keepdim=True).rsqrt()
        adjacency = adjacency * degrees * degrees.transpose(1, 2)
        x = F.relu(adjacency @ self.first(x))
        x = F.relu(adjacency @ self.second(x))
        scores = F.leaky_relu(self.source(x) + self.target(x).transpose(1, 2), 0.2)
        return torch.where(adjacency > 0, scores, torch.tensor(-1e9)).softmax(-1) @ x


class WaveBlock(nn.Module):
    """WaveNet: gated dilated convolutions with skips, and mu-law at the borders."""

    def __init__(self, channels=24):
        super().__init__()
        self.enter = nn.Conv1d(1, channels, 1)
        self.gates = nn.ModuleList(nn.Conv1d(channels, 2 * channels, 2, dilation=1 << i) for i in range(5))
        self.out = nn.ModuleList(nn.Conv1d(channels, 2 * channels, 1) for _ in range(5))
        self.head = nn.Sequential(nn.ReLU(), nn.Conv1d(channels, channels, 1), nn.ReLU(), nn.Conv1d(channels, 32, 1))

    def forward(self, x):
        x = self.enter(torch.sign(x) * torch.log1p(255 * x.abs()) / 5.545)
        skips = 0
        for index, (gate, out) in enumerate(zip(self.gates, self.out)):
            a, b = gate(F.pad(x, (1 << index, 0))).chunk(2, 1)
            residual, skip = out(a.tanh() * b.sigmoid()).chunk(2, 1)
            x, skips = x + residual, skips + skip
        return self.head(skips)


class Pyramid(nn.Module):
    """Features of three scales added from the top down, sizes taken from the others' shapes."""

    def __init__(self, channels=16):
        super().__init__()
        self.stages = nn.ModuleList(
            nn.Sequential(conv(a, b, stride=2), nn.ReLU()) for a, b in ((3, 16), (16, 32), (32, 64))
        )
        self.sides = nn.ModuleList(conv(a, channels, 1) for a in (16, 32, 64))
        self.heads = nn.ModuleList(conv(channels, channels) for _ in range(3))

    def forward(self, x):
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        y, results = None, []
        for side, head, x in zip(reversed(self.sides), reversed(self.heads), reversed(features)):
            y = side(x) if y is None else side(x) + F.interpolate(y, size=x.shape[-2:], mode="nearest")
            results.append(head(y))
        return tuple(results)


class PoolingPyramid(nn.Module):
    """PSPNet's head: adaptive averages of several sizes, resized back."""

    def __init__(self, channels=16):
        super().__init__()
        self.stem = nn.Sequential(conv(3, channels, stride=2), nn.ReLU())
        self.layers = nn.ModuleList(conv(channels, 4, 1) for _ in range(4))

    def forward(self, x):
        x = self.stem(x)
        parts = [x]
        for size, layer in zip((1, 2, 3, 6), self.layers):
            y = F.relu(layer(F.adaptive_avg_pool2d(x, size)))
            parts.append(F.interpolate(y, size=x.shape[-2:], mode="bilinear", align_corners=True))
        return torch.cat(parts, 1)


class Volumes(nn.Module):
    """A U-Net of two levels over volumes."""

    def __init__(self):
        super().__init__()
        self.enter = nn.Sequential(nn.Conv3d(1, 8, 3, padding=1), nn.BatchNorm3d(8), nn.ReLU())
        self.middle = nn.Sequential(nn.MaxPool3d(2), nn.Conv3d(8, 16, 3, padding=1), nn.GroupNorm(4, 16), nn.ReLU())
        self.up, self.head = nn.ConvTranspose3d(16, 8, 2, 2), nn.Conv3d(16, 3, 1)

    def forward(self, x):
        x = self.enter(x)
        return self.head(torch.cat([x, self.up(self.middle(x))], 1)).softmax(1)


class Losses(nn.Module):
    """Distances and similarities of two embeddings."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(20, 32), nn.LayerNorm(32), nn.SiLU(), nn.Linear(32, 16))

    def forward(self, a, b):
        a, b = self.embed(a), self.embed(b)
        cosine = F.cosine_similarity(a, b)
        a, b = F.normalize(a), F.normalize(b)
        return (
            cosine,
            torch.cdist(a[None], b[None])[0],
            (a - b).norm(dim=-1),
            (a @ b.T).logsumexp(1),
            (a @ b.T).argmax(1),
        )


class Statistics(nn.Module):
    """Pooling by mean and spread over time, of a time-delay network."""

    def __init__(self):
        super().__init__()
        layers = ((24, 32, 5, 1), (32, 32, 3, 2), (32, 32, 3, 3))
        self.layers = nn.Sequential(
            *[nn.Sequential(nn.Conv1d(a, b, k, dilation=d), nn.ReLU(), nn.BatchNorm1d(b)) for a, b, k, d in layers]
        )
        self.weights = nn.Sequential(nn.Conv1d(32, 16, 1), nn.Tanh(), nn.Conv1d(16, 32, 1), nn.Softmax(2))
        self.head = nn.Linear(128, 16)

    def forward(self, x):
        x = self.layers(x)
        weights = self.weights(x)
        mean = (weights * x).sum(2)
        spread = ((weights * x * x).sum(2) - mean * mean).clamp(min=1e-5).sqrt()
        return self.head(torch.cat([mean, spread, x.mean(2), x.std(2)], 1))


class Causal(nn.Module):
    """nn.TransformerEncoder with a causal mask, as word-level language models have it."""

    def __init__(self, vocabulary=200, width=64, length=20):
        super().__init__()
        self.embed, self.places = nn.Embedding(vocabulary, width), nn.Parameter(torch.randn(1, length, width))
        layer = nn.TransformerEncoderLayer(width, 4, 128, batch_first=True, norm_first=True, activation="gelu")
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(width, vocabulary)
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(length))

    def forward(self, ids):
        x = self.embed(ids) * 8.0 + self.places
        return self.head(self.layers(x, mask=self.mask, is_causal=True))


class Translator(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.layers = nn.Transformer(width, 4, 2, 2, 128, batch_first=True)

    def forward(self, source, target):
        return self.layers(source, target)


class Elements(nn.Module):
    """Everyday elementwise functions, comparisons and integer arithmetic."""

    def forward(self, x):
        y = torch.atan2(x, x.abs() + 1) + torch.floor(x * 3) / 4 + torch.remainder(x, 0.7) + torch.fmod(x, 0.7)
        y = y + torch.where((x > 0) & ~(x > 1) | (x < -1), x.exp(), x.sin()) + x.round() + torch.erf(x) + x.sign()
        y = y + F.hardtanh(x) + F.softsign(x) + F.logsigmoid(x) + F.tanhshrink(x) + F.hardshrink(x) + F.softshrink(x)
        index = torch.arange(x.shape[1])
        y = y + ((index % 3 == 0).to(x.dtype) * (index // 2).to(x.dtype))[:, None]
        return y + torch.maximum(x, y).cumsum(1) * 0.1 + torch.flip(x, [1]) + torch.roll(x, 2, 1) + torch.tril(x)
