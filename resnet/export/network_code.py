"""The code that builds one network, and nothing that another one would need: the same layers, names and initial weights as
`resnet.model.build_resnet`, written out for this configuration alone."""

from __future__ import annotations

from resnet.config import ResNetConfig
from resnet.export.block_code import BLOCKS, SQUEEZE_EXCITE, ZERO_PAD_SHORTCUT
from resnet.export.template import specialise
from resnet.plan import plan

_LAYERS = '''
def conv(x, filters, size⟦conv_stride:, stride=1⟧⟦groups:, groups=1⟧, *, name):
    """A convolution. No bias: the batch norms have offsets of their own."""
    padding = "same"  #? padded
    if stride > 1⟦strided_1x1: and size > 1⟧:  #? padded
        # Alike on both sides, as PyTorch pads. "same" would pad more at the end.  #? padded
        pad = keras.layers.ZeroPadding2D(size // 2, name=name.replace("conv", "pad"))  #? padded
        x, padding = pad(x), "valid"  #? padded
    return keras.layers.Conv2D(
        filters,
        size,
        stride,  #? conv_stride
        padding=padding,  #? padded
        padding="same",  #? !padded
        groups=groups,  #? groups
        use_bias=False,
        kernel_initializer=he_fan_out(),  #? fan_out
        kernel_initializer="he_normal",  #? !fan_out
        name=name,
    )(x)


def batch_norm(x⟦zero_init:, gamma_initializer="ones"⟧, *, name):
    return keras.layers.BatchNormalization(
        epsilon=BN_EPSILON,
        momentum=BN_MOMENTUM,
        gamma_initializer=gamma_initializer,  #? zero_init
        name=name,
    )(x)


def activate(x, *, name):
    return keras.layers.Activation(ACTIVATION, name=name)(x)
'''

# A new object at each call: one used twice would give equal layers equal weights.
_INITIALIZER = '''
def he_fan_out():
    """Normal weights of variance 2 / fan-out, which keeps gradients from fading."""
    return keras.initializers.VarianceScaling(
        2.0, mode="fan_out", distribution="untruncated_normal"
    )
'''

_MINUS_INFINITY = '''
@keras.saving.register_keras_serializable()
class MinusInfinityPadding2D(keras.layers.Layer):
    """One row and column of minus infinity on every side, which no maximum picks.

    Zeros would be picked wherever all features of a window are negative.
    """

    def call(self, x):
        sides = ((0, 0), (1, 1), (1, 1), (0, 0))
        return keras.ops.pad(x, sides, constant_values=float("-inf"))
'''

_STEM = '''
def stem(images):
    """Images to WIDTHS[0] channels at a quarter of the resolution."""  #? imagenet
    """Images to WIDTHS[0] channels at full resolution."""  #? !imagenet
    x = conv(images, WIDTHS[0], 7, 2, name="stem_conv")  #? imagenet
    x = conv(images, WIDTHS[0], 3, name="stem_conv")  #? !imagenet !preactivation
    return conv(images, WIDTHS[0], 3, name="stem_conv")  #? !imagenet preactivation
    x = batch_norm(x, name="stem_bn")  #? !preactivation
    x = activate(x, name="stem_relu")  #? imagenet !preactivation
    return activate(x, name="stem_relu")  #? !imagenet !preactivation
    # After a ReLU no feature is negative: a zero never beats one.  #? symmetric_pool zeros_under_pool
    x = keras.layers.ZeroPadding2D(1, name="stem_pool_pad")(x)  #? symmetric_pool zeros_under_pool
    x = MinusInfinityPadding2D(name="stem_pool_pad")(x)  #? symmetric_pool !zeros_under_pool
    return keras.layers.MaxPooling2D(3, 2, name="stem_pool")(x)  #? symmetric_pool
    return keras.layers.MaxPooling2D(3, 2, padding="same", name="stem_pool")(x)  #? imagenet !symmetric_pool
'''

_HEAD = '''
def head(x):
    """Features (batch, height, width, channels) to logits (batch, NUM_CLASSES)."""
    x = batch_norm(x, name="head_bn")  #? preactivation
    x = activate(x, name="head_relu")  #? preactivation
    x = keras.layers.GlobalAveragePooling2D(name="head_pool")(x)
    x = keras.layers.Dropout(DROPOUT, name="head_dropout")(x)  #? dropout
    bound = x.shape[-1] ** -0.5  # PyTorch's rule for classifiers  #? fan_out
    return keras.layers.Dense(
        NUM_CLASSES,
        kernel_initializer=keras.initializers.RandomUniform(-bound, bound),  #? fan_out
        bias_initializer=keras.initializers.RandomUniform(-bound, bound),  #? fan_out
        kernel_initializer="he_normal",  #? !fan_out
        dtype="float32",  # of which the loss is made, whatever layers compute in  #? mixed
        name="head_dense",
    )(x)
'''

_NETWORK = '''
def build_resnet():
    """Images (batch, *INPUT_SHAPE), from 0 to 1, to logits (batch, NUM_CLASSES)."""
    images = keras.Input(INPUT_SHAPE, name="input")
    x = stem(images)
    for stage, (depth, width) in enumerate(zip(DEPTHS, WIDTHS, strict=True), start=1):
        for number in range(1, depth + 1):
            # Each stage but the first begins by halving height and width.  #? block_stride
            stride = 2 if stage > 1 and number == 1 else 1  #? block_stride
            name = f"stage{stage}_block{number}"
            x = BLOCK(x, width⟦block_stride:, stride⟧, name=name)
    return keras.Model(images, head(x), name=NAME)
'''


def traits(config: ResNetConfig) -> dict[str, bool]:
    """What this network uses, seen in its plan where the fields alone do not tell."""
    layers = plan(config).layers
    convs = [layer for layer in layers if layer.kind == "conv"]
    suffixes = {layer.name.partition("_")[2].removeprefix(f"block{layer.block}_") for layer in layers}
    projection, zero_pad = "shortcut_conv" in suffixes, "shortcut_pad" in suffixes
    pool_pad, zeros_do = "pool_pad" in suffixes, config.activation == "relu" and not config.preactivation
    return {
        "preactivation": config.preactivation,
        "imagenet": config.stem == "imagenet",
        "fan_out": config.initializer == "he_fan_out",
        "zero_init": config.zero_init_residual,
        "dropout": config.dropout > 0,
        "se": config.se_reduction is not None,
        "groups": config.groups > 1,
        "inner": (config.groups, config.width_per_group) != (1, 64),
        "conv_stride": any(conv.stride > 1 for conv in convs),
        "block_stride": len(config.depths) > 1,
        "stride_on_1x1": len(config.depths) > 1 and config.bottleneck_stride_on == "1x1",
        "stride_on_3x3": len(config.depths) > 1 and config.bottleneck_stride_on == "3x3",
        "padded": bool(suffixes & {"pad", "pad1", "pad2"}),
        "strided_1x1": any(conv.stride > 1 and conv.kernel == 1 for conv in convs),
        "symmetric_pool": pool_pad,
        "zeros_under_pool": zeros_do,
        "plain": config.shortcut == "none",
        "identity": config.shortcut != "none" and not projection and not zero_pad,
        "fitted": projection or zero_pad,
        "projection": projection,
        "zero_pad": zero_pad,
        "own_layer": zero_pad or (pool_pad and not zeros_do),
    }


def network_constants(config: ResNetConfig) -> str:
    """The configuration as assignments, those fields only that the code below reads."""
    uses = traits(config)
    lines = [
        f'NAME = "{config.name}"',
        f"INPUT_SHAPE = {config.input_shape}  # height, width, channels",
        f"NUM_CLASSES = {config.num_classes}",
        f"DEPTHS = {config.depths}  # blocks per stage",
        f"WIDTHS = {config.widths}  # base channels per stage",
        f"GROUPS = {config.groups}  # of each 3x3 convolution" if uses["groups"] else "",
        f"WIDTH_PER_GROUP = {config.width_per_group}  # channels of a 3x3 convolution's group at base 64" if uses["inner"] else "",
        f"SE_REDUCTION = {config.se_reduction}  # how much narrower the waist is than the block" if uses["se"] else "",
        f'ACTIVATION = "{config.activation}"',
        f"BN_EPSILON = {config.bn_epsilon}".replace("e-0", "e-"),
        f"BN_MOMENTUM = {config.bn_momentum}",
        f"DROPOUT = {config.dropout}" if uses["dropout"] else "",
    ]
    return "\n".join(line for line in lines if line)


def network_code(config: ResNetConfig, *, mixed: bool = False) -> dict[str, str]:
    """The functions of the network by what they are for, in reading order; absent where this network has no such thing.

    Keys: "layers", "squeeze_excite", "zero_pad_shortcut", "block", "minus_infinity", "stem", "head", "network". With `mixed` it is for
    a dtype policy in which layers compute in another precision than their weights have.
    """
    uses = {**traits(config), "mixed": mixed}
    initializer = _INITIALIZER + "\n" if uses["fan_out"] else ""
    templates = {
        "layers": initializer + _LAYERS,
        "squeeze_excite": SQUEEZE_EXCITE if uses["se"] else "",
        "zero_pad_shortcut": ZERO_PAD_SHORTCUT if uses["zero_pad"] else "",
        "block": BLOCKS[config.block, config.preactivation],
        "minus_infinity": _MINUS_INFINITY if uses["symmetric_pool"] and not uses["zeros_under_pool"] else "",
        "stem": _STEM,
        "head": _HEAD,
        "network": _NETWORK.replace("BLOCK(", f"{config.block_function}("),
    }
    return {name: specialise(template, uses) for name, template in templates.items() if template}
