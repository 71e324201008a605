# ===- more_networks.py - the table of further networks ------------------------=== #
#
# Relatives of the networks in networks.py: other families, odd sizes, building blocks. Big ones are made small.
#
# ===-------------------------------------------------------------------------=== #

import functools

import torch
import torchvision
from torch import nn

import more_blocks as blocks
import own_networks as own
from networks import Input, Network, image, vision


def sized(name, maker, size, **options):
    network = vision(name, maker, **options)
    network.inputs = image(size)
    return network


class FirstOf(nn.Module):
    """A network whose results are a dictionary."""

    def __init__(self, model, *keys):
        super().__init__()
        self.model, self.keys = model, keys

    def forward(self, *inputs):
        results = self.model(*inputs)
        return tuple(results[key] for key in self.keys)


def segmentation(name, size=129, **options):
    def make():
        return FirstOf(
            getattr(torchvision.models.segmentation, name)(weights=None, weights_backbone=None, **options), "out"
        )

    return Network(name, make, image(size))


def retina():
    """The part of a detector that is a fixed graph: backbone, pyramid and heads."""
    model = torchvision.models.detection.retinanet_resnet50_fpn(weights=None, weights_backbone=None, num_classes=7)

    class Parts(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone, self.head = model.backbone, model.head

        def forward(self, x):
            results = self.head(list(self.backbone(x).values()))
            return results["cls_logits"], results["bbox_regression"]

    return Parts()


class Named(nn.Module):
    """A network of the transformers package with its inputs by name; its first results as a tuple."""

    def __init__(self, model, names, results, causal):
        super().__init__()
        self.model, self.names, self.results, self.causal = model, names, results, causal

    def forward(self, *inputs):
        inputs = dict(zip(self.names, inputs))
        if self.causal:  # PyTorch's older exporter cannot follow how the package says so.
            least, length = torch.finfo(torch.float32).min, inputs["input_ids"].shape[1]
            unseen = inputs["attention_mask"][:, None, None] == 0
            inputs["attention_mask"] = torch.full((length, length), least).triu(1).masked_fill(unseen, least)
        return tuple(self.model(**inputs, return_dict=False)[: self.results])


SMALL = dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128, vocab_size=500)


SMALL_VISION = dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128, image_size=64)
SMALL_AUDIO = dict(
    SMALL, conv_dim=(32, 32, 32), conv_kernel=(10, 3, 3), conv_stride=(5, 2, 2), num_feat_extract_layers=3
)
SMALL_AUDIO |= dict(num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4)
SMALL_T5 = dict(vocab_size=500, d_model=64, d_kv=16, d_ff=128, num_layers=2, num_heads=4)


def package(name, kind, config, inputs, model=None, results=1, causal=False):
    """A small network of the transformers package; eager attention, which PyTorch's older exporter can follow."""

    def make():
        import transformers

        settings = getattr(transformers, f"{kind}Config")(**config, attn_implementation="eager")
        settings.use_cache = False
        network = getattr(transformers, model or f"{kind}Model")(settings)
        return Named(network, [entry.name for entry in inputs], results, causal)

    return Network(name, make, inputs)


def ids(length=24, name="input_ids", vocabulary=500):
    return Input(
        name, (1, length), vocabulary, {0: "batch", 1: "sequence" if name == "input_ids" else f"{name}_length"}
    )


def mask(length=24):
    return Input("attention_mask", (1, length), -1, {0: "batch", 1: "sequence"})


def pixels(size=64):
    return [Input("pixel_values", (1, 3, size, size))]


def block(name, make, *shapes):
    return Network(name, make, [Input(f"x{index}", shape) for index, shape in enumerate(shapes)])


def sequences(name, kind, layers=1, bidirectional=False, count=1, **options):
    directions = layers * (2 if bidirectional else 1)
    options_of_input = dict(symbols={1: "batch"}, batch_axis=1)
    inputs = [Input("x", (7, 1, 16), **options_of_input)]
    inputs += [Input(f"state{index}", (directions, 1, 24), **options_of_input) for index in range(count)]
    return Network(name, functools.partial(blocks.Sequences, kind, layers, bidirectional, **options), inputs)


VISION = [
    sized("resnet18_192", "resnet18", 192),
    sized("resnet18_odd", "resnet18", 131),
    sized("mobilenet_v2_odd", "mobilenet_v2", 97),
    sized("densenet121_96", "densenet121", 96),
    sized("convnext_tiny_odd", "convnext_tiny", 113),
    sized("swin_t_160", "swin_t", 160),
    sized("vgg11_bn", "vgg11_bn", 64),
    sized("alexnet", "alexnet", 96),
    sized("googlenet", "googlenet", 128, init_weights=True, transform_input=True, aux_logits=False),
    sized("inception_v3", "inception_v3", 149, init_weights=True, transform_input=True, aux_logits=False),
    sized("wide_resnet50_2", "wide_resnet50_2", 64),
    sized("resnext50_32x4d", "resnext50_32x4d", 96),
    sized("regnet_x_400mf", "regnet_x_400mf", 96),
    sized("regnet_y_400mf", "regnet_y_400mf", 96),
    sized("mnasnet1_0", "mnasnet1_0", 96),
    sized("efficientnet_v2_s", "efficientnet_v2_s", 96),
    sized("mobilenet_v3_small", "mobilenet_v3_small", 96),
    sized("shufflenet_v2_x0_5", "shufflenet_v2_x0_5", 96),
    sized("squeezenet1_0", "squeezenet1_0", 96),
    sized("swin_v2_t", "swin_v2_t", 96),
    sized("maxvit_t", "maxvit_t", 224),
    segmentation("deeplabv3_resnet50"),
    segmentation("deeplabv3_mobilenet_v3_large"),
    segmentation("fcn_resnet50", 97),
    segmentation("lraspp_mobilenet_v3_large"),
    Network("retinanet", retina, image(128)),
    Network("r3d_18", lambda: torchvision.models.video.r3d_18(), [Input("clip", (1, 3, 8, 48, 48))]),
    Network("mc3_18", lambda: torchvision.models.video.mc3_18(), [Input("clip", (1, 3, 8, 48, 48))]),
]

TEXT = [
    package("t5_encoder", "T5", SMALL_T5, [ids(), mask()], "T5EncoderModel"),
    package("t5", "T5", SMALL_T5, [ids(), ids(9, "decoder_input_ids")]),
    package("albert", "Albert", dict(SMALL, embedding_size=32), [ids(), mask()]),
    package("roberta", "Roberta", SMALL, [ids(), mask()]),
    package("electra", "Electra", dict(SMALL, embedding_size=32), [ids(), mask()]),
    package("deberta", "Deberta", dict(SMALL, relative_attention=True, pos_att_type=["c2p", "p2c"]), [ids(), mask()]),
    package(
        "deberta_v2", "DebertaV2", dict(SMALL, relative_attention=True, pos_att_type=["c2p", "p2c"]), [ids(), mask()]
    ),
    package("mpnet", "MPNet", SMALL, [ids(), mask()]),
    package("squeezebert", "SqueezeBert", dict(SMALL, embedding_size=64), [ids(), mask()]),
    package(
        "mobilebert",
        "MobileBert",
        dict(SMALL, hidden_size=64, embedding_size=32, intra_bottleneck_size=32),
        [ids(), mask()],
    ),
    package(
        "bart",
        "Bart",
        dict(
            vocab_size=500,
            d_model=64,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=4,
            decoder_attention_heads=4,
            encoder_ffn_dim=128,
            decoder_ffn_dim=128,
        ),
        [ids(), ids(9, "decoder_input_ids")],
    ),
    package(
        "bert_classifier", "Bert", SMALL, [ids(), mask(), ids(24, "token_type_ids", 2)], "BertForSequenceClassification"
    ),
    package("bert_masked", "Bert", SMALL, [ids(), mask()], "BertForMaskedLM"),
    package("bert_answers", "Bert", SMALL, [ids(), mask()], "BertForQuestionAnswering", results=2),
    package("llama", "Llama", dict(SMALL, num_key_value_heads=2), [ids(), mask()], "LlamaForCausalLM", causal=True),
    package("qwen2", "Qwen2", dict(SMALL, num_key_value_heads=2), [ids(), mask()], "Qwen2ForCausalLM", causal=True),
    package(
        "mistral", "Mistral", dict(SMALL, num_key_value_heads=2), [ids(), mask()], "MistralForCausalLM", causal=True
    ),
    package(
        "gemma",
        "Gemma",
        dict(SMALL, num_key_value_heads=1, head_dim=16),
        [ids(), mask()],
        "GemmaForCausalLM",
        causal=True,
    ),
    package("phi", "Phi", SMALL, [ids(), mask()], "PhiForCausalLM", causal=True),
    package("gpt_neox", "GPTNeoX", SMALL, [ids(), mask()], causal=True),
    package(
        "opt",
        "OPT",
        dict(
            vocab_size=500,
            hidden_size=64,
            num_hidden_layers=2,
            ffn_dim=128,
            num_attention_heads=4,
            word_embed_proj_dim=64,
        ),
        [ids(), mask()],
    ),
    package("bloom", "Bloom", dict(vocab_size=500, hidden_size=64, n_layer=2, n_head=4), [ids(), mask()]),
    package(
        "gpt2_head",
        "GPT2",
        dict(vocab_size=500, n_embd=64, n_layer=2, n_head=4),
        [ids(), mask()],
        "GPT2LMHeadModel",
        causal=True,
    ),
    package("xlnet", "XLNet", dict(vocab_size=500, d_model=64, n_layer=2, n_head=4, d_inner=128), [ids()]),
]

OTHER_PACKAGES = [
    package(
        "whisper_encoder",
        "Whisper",
        dict(d_model=64, encoder_layers=2, encoder_attention_heads=4, encoder_ffn_dim=128, max_source_positions=50),
        [Input("input_features", (1, 80, 100))],
        "WhisperForAudioClassification",
    ),
    package("wav2vec2", "Wav2Vec2", SMALL_AUDIO, [Input("input_values", (1, 2000))]),
    package("hubert", "Hubert", SMALL_AUDIO, [Input("input_values", (1, 2000))]),
    package("vit", "ViT", dict(SMALL_VISION, patch_size=16), pixels(), "ViTForImageClassification"),
    package("deit", "DeiT", dict(SMALL_VISION, patch_size=16), pixels()),
    package("beit", "Beit", dict(SMALL_VISION, patch_size=16, use_relative_position_bias=True), pixels()),
    package(
        "dinov2",
        "Dinov2",
        dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, image_size=70, patch_size=14),
        pixels(70),
    ),
    package(
        "segformer",
        "Segformer",
        dict(hidden_sizes=[16, 32, 40, 64], decoder_hidden_size=32),
        pixels(),
        "SegformerForSemanticSegmentation",
    ),
    package(
        "mobilevit",
        "MobileViT",
        dict(
            hidden_sizes=[32, 48, 64],
            neck_hidden_sizes=[8, 16, 24, 32, 48, 64, 128],
            num_attention_heads=4,
            image_size=64,
        ),
        pixels(),
        "MobileViTForImageClassification",
    ),
    package("mobilevit_v2", "MobileViTV2", dict(image_size=64), pixels(), "MobileViTV2ForImageClassification"),
    package(
        "poolformer", "PoolFormer", dict(hidden_sizes=[16, 32, 40, 64]), pixels(), "PoolFormerForImageClassification"
    ),
    package("pvt", "Pvt", dict(image_size=64), pixels(), "PvtForImageClassification"),
    package("cvt", "Cvt", dict(depth=[1, 1, 2]), pixels(), "CvtForImageClassification"),
    package(
        "levit",
        "Levit",
        dict(
            image_size=64, hidden_sizes=[32, 48, 64], num_attention_heads=[2, 3, 4], depths=[2, 2, 2], key_dim=[8, 8, 8]
        ),
        pixels(),
        "LevitForImageClassification",
    ),
    package("swiftformer", "SwiftFormer", dict(), pixels(), "SwiftFormerForImageClassification"),
    package("convnext_v2", "ConvNextV2", dict(hidden_sizes=[16, 32, 40, 64], depths=[1, 1, 2, 1]), pixels()),
    package(
        "regnet",
        "RegNet",
        dict(hidden_sizes=[16, 32, 48, 64], depths=[1, 1, 2, 1], groups_width=8),
        pixels(),
        "RegNetForImageClassification",
    ),
    package("bit", "Bit", dict(hidden_sizes=[32, 64, 96, 128], depths=[1, 1, 1, 1]), pixels()),
    package(
        "glpn", "GLPN", dict(hidden_sizes=[16, 32, 40, 64], decoder_hidden_size=16), pixels(), "GLPNForDepthEstimation"
    ),
    package("clip_vision", "CLIPVision", dict(SMALL_VISION, patch_size=16), pixels(), "CLIPVisionModel", results=2),
    package("clip_text", "CLIPText", SMALL, [ids(), mask()], "CLIPTextModel", results=2),
    package(
        "yolos",
        "Yolos",
        dict(SMALL_VISION, image_size=[64, 64], num_detection_tokens=10),
        pixels(),
        "YolosForObjectDetection",
        results=2,
    ),
    package(
        "swin2sr",
        "Swin2SR",
        dict(embed_dim=32, depths=[2, 2], num_heads=[2, 2], window_size=8, image_size=32),
        pixels(32),
        "Swin2SRForImageSuperResolution",
    ),
    package(
        "patchtst",
        "PatchTST",
        dict(
            num_input_channels=3,
            context_length=32,
            patch_length=8,
            patch_stride=8,
            d_model=32,
            num_attention_heads=4,
            num_hidden_layers=2,
            ffn_dim=64,
        ),
        [Input("past_values", (1, 32, 3))],
    ),
    package("sew", "SEW", dict(SMALL_AUDIO, conv_stride=(5, 2, 1)), [Input("input_values", (1, 2000))]),
]

BLOCKS = [
    Network("diffusion_block", blocks.DiffusionBlock, [Input("x", (1, 32, 16, 16)), Input("time", (1,))]),
    block("conformer", blocks.Conformer, (1, 30, 64)),
    block("mixer", blocks.Mixer, (1, 3, 112, 112)),
    block("attentive", blocks.Attentive, (1, 3, 40, 56)),
    block("ghost", blocks.Ghost, (1, 3, 33, 47)),
    block("style", blocks.Style, (1, 3, 48, 64)),
    block("generator", blocks.generator, (1, 64, 1, 1)),
    block("super_resolution", blocks.super_resolution, (1, 1, 31, 45)),
    block("variational", blocks.Variational, (1, 1, 28, 28)),
    block("points", blocks.Points, (1, 3, 100)),
    Network("recommender", blocks.Recommender, [Input("dense", (1, 13)), Input("ids", (1, 6), 50)]),
    block("radiance", blocks.Radiance, (1, 40, 3)),
    block("cells", blocks.Cells, (1, 5, 16)),
    Network("captioner", blocks.Captioner, [Input("source", (1, 12), 100), Input("target", (1, 7), 100)]),
    block("experts", blocks.Experts, (1, 9, 32)),
    block("spatial_transformer", blocks.SpatialTransformer, (1, 1, 28, 28)),
    block("graph", blocks.Graph, (1, 12, 8), (1, 12, 12)),
    block("wave", blocks.WaveBlock, (1, 1, 200)),
    block("pyramid", blocks.Pyramid, (1, 3, 64, 96)),
    block("pooling_pyramid", blocks.PoolingPyramid, (1, 3, 48, 72)),
    block("volumes", blocks.Volumes, (1, 1, 8, 12, 16)),
    block("losses", blocks.Losses, (1, 20), (1, 20)),
    block("statistics", blocks.Statistics, (1, 24, 60)),
    Network("causal", blocks.Causal, [Input("ids", (1, 20), 200)]),
    block("translator", blocks.Translator, (1, 12, 64), (1, 7, 64)),
    block("elements", blocks.Elements, (1, 16, 24)),
    block("lstm_bidirectional", lambda: own.Recurrent(nn.LSTM, 64, 96, 2, True), (1, 15, 64)),
    block("gru_bidirectional", lambda: own.Recurrent(nn.GRU, 64, 96, 2, True), (1, 15, 64)),
    sequences("lstm_states", nn.LSTM, 2, count=2),
    sequences("gru_states", nn.GRU, 1),
    sequences("gru_states_both", nn.GRU, 2, True),
    sequences("rnn_states", nn.RNN, 2, True, nonlinearity="relu"),
    sequences("rnn_tanh", nn.RNN, 1),
    Network("unet_odd", lambda: own.UNet(3, 4, 16, 2), image(36)),
    Network("yolo_320", lambda: own.Detector(8, 320), image(320)),
]

MORE_NETWORKS = VISION + TEXT + OTHER_PACKAGES + BLOCKS
