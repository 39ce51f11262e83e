"""Templates of the blocks, one for each order of layers, each straight from top to bottom like its model in `resnet.blocks`."""

from __future__ import annotations

_BASIC = '''
def basic_block(x, filters⟦block_stride:, stride⟧, *, name):
    """activation(F(x) + shortcut(x)). He et al. 2015, figure 5 (left)."""  #? !plain
    """activation(F(x)): He et al. 2015, figure 5 (left), without its shortcut."""  #? plain
    y = conv(x, filters, 3⟦block_stride:, stride⟧, name=f"{name}_conv1")
    y = batch_norm(y, name=f"{name}_bn1")
    y = activate(y, name=f"{name}_relu1")
    y = conv(y, filters, 3, name=f"{name}_conv2")
    y = batch_norm(y, ⟦zero_init:gamma_initializer="zeros", ⟧name=f"{name}_bn2")
    y = squeeze_excite(y, name=name)  #? se
'''

_BOTTLENECK = '''
def bottleneck_block(x, filters⟦block_stride:, stride⟧, *, name):
    """activation(F(x) + shortcut(x)). He et al. 2015, figure 5 (right)."""  #? !plain
    """activation(F(x)): He et al. 2015, figure 5 (right), without its shortcut."""  #? plain
    inner = int(filters * WIDTH_PER_GROUP / 64)⟦groups: * GROUPS⟧  #? inner
    y = conv(x, ⟦inner:inner⟧⟦!inner:filters⟧, 1⟦stride_on_1x1:, stride⟧, name=f"{name}_conv1")
    y = batch_norm(y, name=f"{name}_bn1")
    y = activate(y, name=f"{name}_relu1")
    y = conv(y, ⟦inner:inner⟧⟦!inner:filters⟧, 3⟦stride_on_3x3:, stride⟧⟦groups:, groups=GROUPS⟧, name=f"{name}_conv2")
    y = batch_norm(y, name=f"{name}_bn2")
    y = activate(y, name=f"{name}_relu2")
    y = conv(y, 4 * filters, 1, name=f"{name}_conv3")
    y = batch_norm(y, ⟦zero_init:gamma_initializer="zeros", ⟧name=f"{name}_bn3")
    y = squeeze_excite(y, name=name)  #? se
'''

_AFTER_BRANCH = """
    shortcut = x  #? fitted
    if x.shape != y.shape:  #? fitted
        shortcut = conv(x, y.shape[-1], 1⟦block_stride:, stride⟧, name=f"{name}_shortcut_conv")  #? projection
        shortcut = batch_norm(shortcut, name=f"{name}_shortcut_bn")  #? projection
        fit = ZeroPadShortcut(y.shape[-1]⟦block_stride:, stride⟧, name=f"{name}_shortcut_pad")  #? zero_pad
        shortcut = fit(x)  #? zero_pad
    y = keras.layers.Add(name=f"{name}_add")([y, shortcut])  #? fitted
    y = keras.layers.Add(name=f"{name}_add")([y, x])  #? identity
    return activate(y, name=f"{name}_relu")
"""

_PREACTIVATION_BASIC = '''
def preactivation_block(x, filters⟦block_stride:, stride⟧, *, name):
    """F(x) + shortcut(x), and nothing after the add. He et al. 2016, figure 4(e)."""  #? !plain
    """F(x): He et al. 2016, figure 4(e), without its shortcut."""  #? plain
    y = batch_norm(x, name=f"{name}_bn1")
    y = ⟦projection:activated = ⟧activate(y, name=f"{name}_relu1")
    y = conv(y, filters, 3⟦block_stride:, stride⟧, name=f"{name}_conv1")
    y = batch_norm(y, name=f"{name}_bn2")
    y = activate(y, name=f"{name}_relu2")
    y = conv(y, filters, 3, name=f"{name}_conv2")  #? se
    y = conv(y, filters, 3, name=f"{name}_conv2")  #? !se !plain
    return conv(y, filters, 3, name=f"{name}_conv2")  #? !se plain
'''

_PREACTIVATION_BOTTLENECK = '''
def preactivation_bottleneck_block(x, filters⟦block_stride:, stride⟧, *, name):
    """F(x) + shortcut(x), and nothing after the add. He et al. 2016, section 4."""  #? !plain
    """F(x): the bottleneck of He et al. 2016, section 4, without its shortcut."""  #? plain
    inner = int(filters * WIDTH_PER_GROUP / 64)⟦groups: * GROUPS⟧  #? inner
    y = batch_norm(x, name=f"{name}_bn1")
    y = ⟦projection:activated = ⟧activate(y, name=f"{name}_relu1")
    y = conv(y, ⟦inner:inner⟧⟦!inner:filters⟧, 1⟦stride_on_1x1:, stride⟧, name=f"{name}_conv1")
    y = batch_norm(y, name=f"{name}_bn2")
    y = activate(y, name=f"{name}_relu2")
    y = conv(y, ⟦inner:inner⟧⟦!inner:filters⟧, 3⟦stride_on_3x3:, stride⟧⟦groups:, groups=GROUPS⟧, name=f"{name}_conv2")
    y = batch_norm(y, name=f"{name}_bn3")
    y = activate(y, name=f"{name}_relu3")
    y = conv(y, 4 * filters, 1, name=f"{name}_conv3")  #? se
    y = conv(y, 4 * filters, 1, name=f"{name}_conv3")  #? !se !plain
    return conv(y, 4 * filters, 1, name=f"{name}_conv3")  #? !se plain
'''

_AFTER_PREACTIVATED_BRANCH = """
    y = squeeze_excite(y, name=name)  #? se !plain
    return squeeze_excite(y, name=name)  #? se plain
    shortcut = x  #? fitted
    if x.shape != y.shape:  #? fitted
        shortcut = conv(activated, y.shape[-1], 1⟦block_stride:, stride⟧, name=f"{name}_shortcut_conv")  #? projection
        fit = ZeroPadShortcut(y.shape[-1]⟦block_stride:, stride⟧, name=f"{name}_shortcut_pad")  #? zero_pad
        shortcut = fit(x)  #? zero_pad
    return keras.layers.Add(name=f"{name}_add")([y, shortcut])  #? fitted
    return keras.layers.Add(name=f"{name}_add")([y, x])  #? identity
"""

# By the configuration's `block` and `preactivation`.
BLOCKS = {
    ("basic", False): _BASIC.rstrip("\n") + _AFTER_BRANCH,
    ("bottleneck", False): _BOTTLENECK.rstrip("\n") + _AFTER_BRANCH,
    ("basic", True): _PREACTIVATION_BASIC.rstrip("\n") + _AFTER_PREACTIVATED_BRANCH,
    ("bottleneck", True): _PREACTIVATION_BOTTLENECK.rstrip("\n") + _AFTER_PREACTIVATED_BRANCH,
}

SQUEEZE_EXCITE = '''
def squeeze_excite(y, *, name):
    """Scale each channel by a number from 0 to 1 that depends on all channels' means.

    Hu et al. 2018, section 3.
    """
    channels = y.shape[-1]
    gate = keras.layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_se_pool")(y)
    gate = dense(gate, channels // SE_REDUCTION, name=f"{name}_se_reduce")
    gate = keras.layers.Activation("relu", name=f"{name}_se_relu")(gate)
    gate = dense(gate, channels, name=f"{name}_se_expand")
    gate = keras.layers.Activation("sigmoid", name=f"{name}_se_sigmoid")(gate)
    return keras.layers.Multiply(name=f"{name}_se_scale")([y, gate])


def dense(x, units, *, name):
    return keras.layers.Dense(units, kernel_initializer=he_fan_out(), name=name)(x)  #? fan_out
    return keras.layers.Dense(units, kernel_initializer="he_normal", name=name)(x)  #? !fan_out
'''

ZERO_PAD_SHORTCUT = '''
@keras.saving.register_keras_serializable()
class ZeroPadShortcut(keras.layers.Layer):
    """Every `stride`-th pixel of every `stride`-th row, and zeros for new channels.  #? block_stride
    """The input, and zeros for new channels.  #? !block_stride

    A shortcut without parameters: He et al. 2015, section 3.3, option A.
    """

    def __init__(self, filters⟦block_stride:, stride⟧, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.stride = stride  #? block_stride

    def call(self, x):
        x = x[:, :: self.stride, :: self.stride]  #? block_stride
        missing = self.filters - x.shape[-1]
        return keras.ops.pad(x, ((0, 0), (0, 0), (0, 0), (0, missing)))

    def get_config(self):
        own = {"filters": self.filters⟦block_stride:, "stride": self.stride⟧}
        return {**super().get_config(), **own}
'''
