"""The notebook of the lesson, from one residual unit to a trained network: its code as it should have been written, and runnable.

Two faults of many such notebooks are mended in it, and its prose says so: a projection is decided by comparing shapes, not by the
stride alone; and a unit's saved configuration holds its activation.
"""

from __future__ import annotations

import re
from typing import Any, Protocol

from resnet.export.notebook import CURVES, FIT, LOAD, TEST, code_cell, document, markdown_cell
from resnet.export.training_code import imports, training_code, training_constants
from resnet.plan import plan
from resnet.presets import PRESETS, RECIPES
from resnet.wording import Translate, english


class Words(Protocol):
    """Gives a section of the notebook's prose in the reader's language, its fields filled."""

    def __call__(self, section: str, /, **values: object) -> str: ...


_PARAMETERS = """\
DATA = None  # an .npz file with x_train, y_train, x_test, y_test; None downloads
BATCHES = -1  # of each set; -1 takes all, 20 makes a quick trial"""

_LAYERS = '''\
def conv(filters, size, strides=1):
    """A convolution. No bias: the batch norm behind it would subtract it again."""
    return keras.layers.Conv2D(
        filters,
        size,
        strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )


def batch_norm():
    return keras.layers.BatchNormalization()'''

_UNIT = '''\
@keras.saving.register_keras_serializable("lesson")
class ResidualUnit(keras.layers.Layer):
    """activation(F(x) + shortcut(x)). He et al. 2015, figure 2.

    (batch, height, width, channels) becomes
    (batch, height / strides, width / strides, filters).
    """

    def __init__(self, filters, strides=1, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.strides = strides
        self.activation = keras.activations.get(activation)
        self.conv1, self.bn1 = conv(filters, 3, strides), batch_norm()
        self.conv2, self.bn2 = conv(filters, 3), batch_norm()
        self.shortcut_conv = self.shortcut_bn = None

    def build(self, input_shape):
        output_shape = self.conv1.compute_output_shape(input_shape)
        self.conv1.build(input_shape)
        for layer in (self.bn1, self.conv2, self.bn2):
            layer.build(output_shape)
        if tuple(output_shape) != tuple(input_shape):  # not: if strides > 1
            self.shortcut_conv = conv(self.filters, 1, self.strides)
            self.shortcut_conv.build(input_shape)
            self.shortcut_bn = batch_norm()
            self.shortcut_bn.build(output_shape)

    def call(self, x, training=None):
        y = self.activation(self.bn1(self.conv1(x), training=training))
        y = self.bn2(self.conv2(y), training=training)
        if self.shortcut_conv is not None:
            x = self.shortcut_bn(self.shortcut_conv(x), training=training)
        return self.activation(y + x)

    def compute_output_shape(self, input_shape):
        return self.conv1.compute_output_shape(input_shape)

    def get_config(self):
        own = {
            "filters": self.filters,
            "strides": self.strides,
            "activation": keras.activations.serialize(self.activation),
        }
        return {**super().get_config(), **own}'''

_SHAPES = """\
x = keras.random.normal((2, 32, 32, 64), seed=SEED)
print(ResidualUnit(64)(x).shape)
print(ResidualUnit(128, strides=2)(x).shape)
print(ResidualUnit(256)(x).shape)"""

_SAVING = """\
unit = ResidualUnit(64, activation="tanh")
y = unit(x)
copy = ResidualUnit.from_config(unit.get_config())
copy.build(x.shape)
copy.set_weights(unit.get_weights())
print("largest difference:", float(keras.ops.max(keras.ops.abs(copy(x) - y))))"""

_RESNET_34 = '''\
def resnet34(input_shape=(224, 224, 3), classes=1000):
    """He et al. 2015, table 1. Gives logits."""
    images = keras.Input(input_shape)
    x = keras.activations.relu(batch_norm()(conv(64, 7, 2)(images)))
    x = keras.layers.MaxPooling2D(3, 2, padding="same")(x)
    for filters, units, strides in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for unit in range(units):
            x = ResidualUnit(filters, strides if unit == 0 else 1)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    logits = keras.layers.Dense(classes)(x)
    return keras.Model(images, logits, name="resnet-34")


def trainable(model):
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


large = resnet34()
print(f"{trainable(large):,} trainable, {large.count_params():,} in all")
del large'''

_MINI = '''\
def mini_resnet():
    """Six units for images of 28x28. Gives logits."""
    images = keras.Input(INPUT_SHAPE)
    x = keras.activations.relu(batch_norm()(conv(32, 3)(images)))
    for filters, strides in ((32, 1), (64, 2), (128, 2)):
        x = ResidualUnit(filters, strides)(x)
        x = ResidualUnit(filters)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dropout(0.3)(x)
    logits = keras.layers.Dense(NUM_CLASSES, kernel_initializer="he_normal")(x)
    return keras.Model(images, logits, name="mini-resnet")


keras.utils.set_random_seed(SEED)
model = mini_resnet()
print(f"{trainable(model):,} trainable, {model.count_params():,} in all")'''

_TAKE = """\
training, validation = training.take(BATCHES), validation.take(BATCHES)
test = test.take(BATCHES)"""

_READING = """\
losses, rates = history["val_loss"], history["learning_rate"]
best = int(np.argmin(losses))
print(f"best epoch: {best + 1} of {len(losses)}, validation loss {losses[best]:.4f}")
for epoch in range(1, len(rates)):
    before, after = rates[epoch - 1], rates[epoch]
    if after < before:
        print(f"rate cut after epoch {epoch}, from {before:.1e} to {after:.1e}")
pairs = zip(history["val_accuracy"], history["accuracy"], strict=True)
above = sum(validated > trained for validated, trained in pairs)
print(f"validation accuracy above training accuracy in {above} of {len(losses)} epochs")"""

_LOADED = """\
loaded = keras.models.load_model("model.keras")
loss, accuracy = loaded.evaluate(test, verbose=0)
print(f"loaded again: test accuracy {accuracy:.4f}")"""

_KERAS_OWN = """\
own = keras.applications.ResNet50(weights=None)
print(f"{own.count_params():,} in all, {trainable(own):,} trainable")
del own"""

_PREACTIVATION = '''\
def preactivation_unit(x, filters, strides=1):
    """F(x) + shortcut(x), nothing after the add. He et al. 2016, figure 4(e)."""
    activated = keras.activations.relu(batch_norm()(x))
    y = conv(filters, 3, strides)(activated)
    y = keras.activations.relu(batch_norm()(y))
    y = conv(filters, 3)(y)
    if x.shape != y.shape:
        x = conv(filters, 1, strides)(activated)
    return x + y


print(preactivation_unit(keras.Input((32, 32, 64)), 128, strides=2).shape)'''

_GROUPS = """\
for groups in (1, 32):
    layer = keras.layers.Conv2D(128, 3, padding="same", use_bias=False, groups=groups)
    layer(keras.Input((56, 56, 128)))
    print(f"{groups} groups: {layer.count_params():,} weights")"""

_SQUEEZE_EXCITE = '''\
def squeeze_excite(y, reduction=16):
    """Each channel times a number from 0 to 1. Hu et al. 2018, section 3."""
    channels = y.shape[-1]
    gate = keras.layers.GlobalAveragePooling2D(keepdims=True)(y)
    gate = keras.layers.Dense(channels // reduction, activation="relu")(gate)
    gate = keras.layers.Dense(channels, activation="sigmoid")(gate)
    return y * gate


gated = keras.Model(images := keras.Input((56, 56, 256)), squeeze_excite(images))
print(f"{gated.count_params():,} parameters")'''

# The paper's table 1, and what is there for further study.
VARIANTS = ("resnet-18", "resnet-34", "resnet-50", "resnet-101", "resnet-152")
FURTHER = ("resnet-50-v2", "resnext-50-32x4d", "se-resnet-50")


def lesson_notebook(words: Words, t: Translate = english) -> str:
    """The notebook as the text of a .ipynb file, version 4.5, without outputs: `words` between code that is the same in every language."""
    config, recipe = PRESETS["mini-resnet"], RECIPES["notebook"]
    code = training_code(config, recipe)
    constants = f"INPUT_SHAPE = {config.input_shape}\nNUM_CLASSES = {config.num_classes}\n{training_constants(recipe)}"
    sections: tuple[tuple[str | None, str | None], ...] = (
        ("opening", imports(config, recipe)[1]),
        ("parameters", f"{_PARAMETERS}\n{constants}"),
        ("layers", _LAYERS),
        ("unit", _UNIT),
        ("shapes", _SHAPES),
        ("saving", _SAVING),
        ("resnet34", _RESNET_34),
        ("mini", _MINI),
        ("data", code["data"]),
        (None, f"{LOAD}\n{_TAKE}"),
        ("training", code["train"]),
        (None, FIT),
        ("curves", CURVES),
        ("reading", _READING),
        ("test", TEST),
        (None, _LOADED),
        ("variants", _KERAS_OWN),
        ("preactivation", _PREACTIVATION),
        ("resnext", _GROUPS),
        ("squeeze_excite", _SQUEEZE_EXCITE),
        ("further", None),
    )
    tables = {"variants": _table(VARIANTS, t), "further": _table(FURTHER, t)}
    cells = list[dict[str, Any]]()
    for section, source in sections:
        if section:
            cells.append(markdown_cell(_headings(words(section, **tables))))
        if source:
            cells.append(code_cell(source))
    return document(cells)


def _headings(words: str) -> str:
    """A lesson's file has its sections under ##, and what is a heading of the notebook one level below; here it comes up again."""
    return re.sub(r"^##(#+ )", r"#\1", words, flags=re.MULTILINE)


def _table(names: tuple[str, ...], t: Translate) -> str:
    """One row for each network, its numbers as the plan counts them."""
    header = (
        f"| {t('network')} | {t('blocks per stage')} | {t('trained parameters')} | {t('batch norm statistics')} | {t('multiply-adds')} |"
    )
    rows = [header, "|---|---|--:|--:|--:|"]
    for name in names:
        network = plan(PRESETS[name])
        blocks = ", ".join(map(str, network.config.depths))
        statistics = network.total_parameters - network.trainable_parameters
        rows.append(f"| {name} | {blocks} | {network.trainable_parameters:,} | {statistics:,} | {network.macs:,} |")
    return "\n".join(rows)
