"""The code that trains one network of a run again as the run did: the same first weights, and the same batches in the same order.

The counterparts are `resnet.model.draw_weights`, `resnet.training.batches` and `resnet.data`; a test holds each to the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from resnet.config import DatasetName, Precision, ResNetConfig, TrainConfig
from resnet.datasets import DATASETS
from resnet.export.history import precision_of
from resnet.export.network_code import network_code, network_constants
from resnet.export.template import specialise
from resnet.export.training_code import READ_ARRAYS, fitting_code, recipe_constants
from resnet.training.events import Continued, EpochEnd, Event, Finished, RateChanged

# The file that holds a data set's images, beside the script; None where Keras downloads them.
DATA_FILES: Mapping[DatasetName, str | None] = MappingProxyType(
    {"fashion-mnist": None, "fashion-mnist-subset": "fashion-mnist-subset.npz", "fashion-mnist-14": "fashion-mnist-subset.npz"}
)

_READ = READ_ARRAYS.replace("MODULE", "fashion_mnist")
_DATA = f'''
def load_data(path):
    """Images from 0 to 1 and classes from 0, for training, validation and test.

    The file at `path` holds the arrays x_train, y_train, x_test and y_test.
    Without a path, Fashion-MNIST is downloaded.  #? download
    """
{_READ}    first = len(x_train) - VALIDATION_IMAGES  # from here on they validate
    training = scaled(x_train[:first]), y_train[:first].astype("int32")
    validation = scaled(x_train[first:]), y_train[first:].astype("int32")
    return training, validation, (scaled(x_test), y_test.astype("int32"))


def scaled(pixels):
    """Pixels (images, height, width) from 0 to 255 as images (images, *INPUT_SHAPE)."""
    images = pixels[..., np.newaxis].astype("float32") / 255  #? averaged
    return pixels[..., np.newaxis].astype("float32") / 255  #? !averaged
    count, height, width, channels = images.shape  #? averaged
    squares = images.reshape(count, height // 2, 2, width // 2, 2, channels)  #? averaged
    return squares.mean(axis=(2, 4), dtype="float32")  #? averaged
'''

_BATCHES = '''
def training_batches(images, classes, epochs):
    """The batches of all epochs in one stream, in the order that the run saw them.

    Each epoch takes every image once, in an order that depends on SEED and its number.
    """
    rows = tf.range(len(images))
    images, classes = tf.constant(images), tf.constant(classes)
    seed = tf.constant(SEED, tf.int64)

    def one_epoch(epoch):
        order = tf.random.experimental.stateless_shuffle(rows, tf.stack([seed, epoch]))
        return tf.data.Dataset.from_tensor_slices(order).batch(BATCH_SIZE)

    def collect(number, chosen):  #? augmented
        chance = tf.stack([seed, 0])  #? augmented
        chance = tf.random.experimental.stateless_fold_in(chance, number)  #? augmented
        return augment(tf.gather(images, chosen), chance), tf.gather(classes, chosen)  #? augmented
    def collect(chosen):  #? !augmented
        return tf.gather(images, chosen), tf.gather(classes, chosen)  #? !augmented

    chosen = tf.data.Dataset.range(epochs).flat_map(one_epoch)
    return ready(chosen.enumerate().map(collect))  #? augmented
    return ready(chosen.map(collect))  #? !augmented


def evaluation_batches(images, classes):
    """One pass over all images, in their order."""
    return ready(tf.data.Dataset.from_tensor_slices((images, classes)).batch(100))


def ready(batches):
    """The next batches ready before they are asked for."""
    options = tf.data.Options()
    # TensorFlow 2.21's tuner may hold up the end of an epoch for many seconds.
    options.autotune.enabled = False
    return batches.prefetch(2).with_options(options)
'''

_AUGMENT = '''
def augment(images, chance):
    """Mirrors every second image at random⟦shift:, and moves each by up to 2 pixels⟧."""
    batch = tf.shape(images)[0]
    flip = tf.random.stateless_uniform([batch, 1, 1, 1], chance) < 0.5
    return tf.where(flip, tf.reverse(images, axis=[2]), images)  #? !shift
    images = tf.where(flip, tf.reverse(images, axis=[2]), images)  #? shift
    height, width, _ = INPUT_SHAPE  #? shift
    room = [[0, 0], [2, 2], [2, 2], [0, 0]]  #? shift
    moves = tf.random.stateless_uniform([2, batch, 1], chance + 1, 0, 5, tf.int32)  #? shift
    moved = tf.pad(images, room)  #? shift
    moved = tf.gather(moved, moves[0] + tf.range(height), axis=1, batch_dims=1)  #? shift
    moved = tf.transpose(moved, [0, 2, 1, 3])  #? shift
    moved = tf.gather(moved, moves[1] + tf.range(width), axis=1, batch_dims=1)  #? shift
    return tf.ensure_shape(tf.transpose(moved, [0, 2, 1, 3]), images.shape)  #? shift
'''

_DRAW = '''
def draw_weights(model):
    """Draw every first weight anew from SEED alone, layer by layer, as the run did."""
    seeds = random.Random(SEED)
    for layer in model.layers:
        for name in ("kernel", "bias"):
            initializer = getattr(layer, f"{name}_initializer", None)
            variable = getattr(layer, name, None)
            if variable is not None and "seed" in initializer.get_config():
                settings = {**initializer.get_config(), "seed": seeds.randrange(2**31)}
                drawn = initializer.from_config(settings)
                variable.assign(drawn(variable.shape, dtype=variable.dtype))
        if isinstance(layer, keras.layers.Dropout):  #? dropout
            layer.seed_generator.state.assign([seeds.randrange(2**31), 0])  #? dropout
'''

_STOP = '''
class StopAfter(keras.callbacks.Callback):
    """Ends the training after so many steps, wherever in an epoch that is."""

    def __init__(self, steps):
        super().__init__()
        self.left = steps

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left == 0:
            self.model.stop_training = True
'''

BUILD = """\
model = build_resnet()
draw_weights(model)"""
POLICY = 'keras.config.set_dtype_policy("mixed_bfloat16")'


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproducible:
    """One network of a run, and what the run came to: what its code needs to know.

    Attributes:
        config: the run of this network alone; in a race each learns as it would so.
        precision: what its layers computed in, "float32" or "bfloat16"; None where nobody knows.
        first_loss: its training loss in the first epoch, in nats; None where that was not completed.
        test: its loss and accuracy on the test split; None without a result.
        steered: the steps after which somebody changed the rate or the run was continued, which its code does not do again.
    """

    run: str
    config: TrainConfig
    precision: Precision | None = "float32"
    first_loss: float | None = None
    test: tuple[float, float] | None = None
    steered: tuple[int, ...] = ()

    @property
    def network(self) -> ResNetConfig:
        return self.config.networks[0]

    @property
    def mixed(self) -> bool:
        """Whether its layers computed in bfloat16, with float32 weights."""
        return self.precision == "bfloat16"

    @property
    def steps_per_epoch(self) -> int:
        return -(-DATASETS[self.config.dataset].training_images // self.config.recipe.batch_size)

    @property
    def steps(self) -> int:
        whole = self.config.recipe.epochs * self.steps_per_epoch
        return min(whole, self.config.max_steps or whole)

    @property
    def cut(self) -> bool:
        """Whether it ends within an epoch, or before the recipe's last."""
        return self.steps % self.steps_per_epoch > 0


def reproducible(run: str, config: TrainConfig, network: ResNetConfig, events: Sequence[Event]) -> Reproducible:
    """What a run's events say of how to train its network again."""
    epochs = [event for event in events if isinstance(event, EpochEnd) and event.network == network.name]
    result = next((event for event in reversed(events) if isinstance(event, Finished)), None)
    return Reproducible(
        run=run,
        config=replace(config, networks=(network,)),
        precision=precision_of(config, events),
        first_loss=epochs[0].loss if epochs else None,
        test=(result.test_loss[network.name], result.test_accuracy[network.name]) if result else None,
        steered=tuple(
            event.step
            for event in events
            if (isinstance(event, RateChanged) and event.cause != "plateau") or (isinstance(event, Continued) and event.rate_factor != 1)
        ),
    )


def run_constants(known: Reproducible) -> str:
    """Network, recipe and data as assignments, those only that the code below reads."""
    epochs = -(-known.steps // known.steps_per_epoch)
    recipe = replace(known.config.recipe, epochs=epochs)
    lines = [
        network_constants(known.network),
        "",
        *recipe_constants(recipe),
        f"STEPS_PER_EPOCH = {known.steps_per_epoch}",
        *([f"STEPS = {known.steps}"] if known.cut or recipe.schedule == "one-cycle" else []),
        f"SEED = {known.config.seed}",
        f"VALIDATION_IMAGES = {DATASETS[known.config.dataset].validation_images}  # the last ones of those to train on",
    ]
    return "\n".join(lines)


def run_code(known: Reproducible) -> dict[str, str]:
    """The functions by what they are for, in reading order.

    Keys: those of `network_code`; "draw", "data", "batches", "augment" where images are changed, "stop" where the run ends within an
    epoch; and those of `fitting_code`.
    """
    config = known.config
    uses = {
        "download": DATA_FILES[config.dataset] is None,
        "averaged": config.dataset == "fashion-mnist-14",
        "augmented": config.recipe.augmentation != "none",
        "shift": config.recipe.augmentation == "flip-shift",
        "dropout": known.network.dropout > 0,
    }
    templates = {
        "draw": _DRAW,
        "data": _DATA,
        "batches": _BATCHES,
        "augment": _AUGMENT if uses["augmented"] else "",
        "stop": _STOP if known.cut else "",
    }
    own = {name: specialise(template, uses) for name, template in templates.items() if template}
    return {**network_code(known.network, mixed=known.mixed), **own, **fitting_code(config.recipe, stream=True, cut=known.cut)}


def run_imports(known: Reproducible) -> tuple[str, str]:
    """The import lines: of the standard library, and of packages."""
    standard = ["import math"] if known.config.recipe.schedule == "one-cycle" else []
    return "\n".join([*standard, "import random"]), "import keras\nimport numpy as np\nimport tensorflow as tf"
