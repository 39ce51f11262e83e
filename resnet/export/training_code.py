"""The code that trains one network by one recipe: data, loss, optimizer and learning rate as in `resnet.training`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from resnet.config import Recipe, ResNetConfig
from resnet.export.template import specialise

# Data sets that `keras.datasets` fetches, by the shape of an image and the number of classes.
DOWNLOADS: Mapping[tuple[tuple[int, int, int], int], tuple[str, str]] = MappingProxyType(
    {
        ((28, 28, 1), 10): ("fashion_mnist", "Fashion-MNIST"),
        ((32, 32, 3), 10): ("cifar10", "CIFAR-10"),
    }
)
_COLOURS = {1: "grayscale", 3: "rgb", 4: "rgba"}  # what image files can hold, by channels

# MODULE stands for the data set's in keras.datasets.
READ_ARRAYS = """\
    if path is None:  #? download
        (x_train, y_train), (x_test, y_test) = keras.datasets.MODULE.load_data()  #? download
    else:  #? download
        with np.load(path) as file:  #? download
            x_train, y_train = file["x_train"], file["y_train"]  #? download
            x_test, y_test = file["x_test"], file["y_test"]  #? download
    with np.load(path) as file:  #? !download
        x_train, y_train = file["x_train"], file["y_train"]  #? !download
        x_test, y_test = file["x_test"], file["y_test"]  #? !download
"""

_ARRAYS = f'''
def load_data(path, batch_size):
    """Batches of (images, labels) for training, validation and test.

    The file at `path` holds the arrays x_train, y_train, x_test and y_test: pixels
    from 0 to 255 and classes from 0. Without a path, DATASET is downloaded.  #? download
    from 0 to 255 and classes from 0.  #? !download
    """
{READ_ARRAYS}    x_train, y_train = x_train.reshape(-1, *INPUT_SHAPE), y_train.reshape(-1)
    x_test, y_test = x_test.reshape(-1, *INPUT_SHAPE), y_test.reshape(-1)

    first = len(x_train) - min(5_000, len(x_train) // 10)  # from here on they validate
    training = tf.data.Dataset.from_tensor_slices((x_train[:first], y_train[:first]))
    validation = tf.data.Dataset.from_tensor_slices((x_train[first:], y_train[first:]))
    test = tf.data.Dataset.from_tensor_slices((x_test, y_test))
    training = training.shuffle(first, seed=SEED)  # in another order each epoch
    return [prepare(data.batch(batch_size)) for data in (training, validation, test)]
'''

_FOLDER = '''
def load_data(path, batch_size):
    """Batches of (images, labels) for training, validation and test.

    The folder at `path` holds one folder of images for each class. Of all images
    80% train, 10% validate and 10% test; all are resized to INPUT_SHAPE.
    """
    training, others = keras.utils.image_dataset_from_directory(
        path,
        image_size=INPUT_SHAPE[:2],
        color_mode="COLOURS",
        batch_size=None,
        validation_split=0.2,
        subset="both",
        seed=SEED,
    )
    if len(training.class_names) != NUM_CLASSES:
        found = len(training.class_names)
        raise ValueError(f"{path} has {found} folders of images, not {NUM_CLASSES}")

    validation, test = others.shard(2, 0), others.shard(2, 1)
    return [prepare(data.batch(batch_size)) for data in (training, validation, test)]
'''

_PREPARE = '''
def prepare(data):
    """Pixels from 0 to 1, and the next batches ready before they are asked for."""
    options = tf.data.Options()
    # TensorFlow 2.21's tuner may hold up the end of an epoch for many seconds.
    options.autotune.enabled = False
    data = data.map(lambda images, labels: (tf.cast(images, tf.float32) / 255, labels))
    return data.prefetch(2).with_options(options)
'''

_ONE_CYCLE = '''
class OneCycle(keras.callbacks.Callback):
    """Sets the learning rate of each of `steps` steps. After Smith 2018."""

    def __init__(self, steps):
        super().__init__()
        self.steps, self.step = steps, 0

    def on_train_batch_begin(self, batch, logs=None):
        self.step += 1
        self.model.optimizer.learning_rate = one_cycle(self.step, self.steps)


def one_cycle(step, steps):
    """A straight climb over the first 30% of the steps, then half a cosine down."""
    top = max(1, round(0.3 * steps))
    if step <= top:
        return LEARNING_RATE * step / top
    share = (step - top) / (steps + 1 - top)
    return LEARNING_RATE * (1 + math.cos(math.pi * share)) / 2
'''

_AUGMENT = '''
def augment(images, labels):
    """Mirrors every second image at random⟦shift:, and moves each by up to 2 pixels⟧."""
    images = MIRROR(images, training=True)
    images = SHIFT(images, training=True)  #? shift
    return images, labels
'''

_SMOOTHED = '''
def smoothed_loss(labels, logits):
    """The cross-entropy with a part of the target spread over all classes."""
    targets = keras.ops.one_hot(keras.ops.reshape(labels, [-1]), NUM_CLASSES)
    return keras.losses.categorical_crossentropy(
        targets, logits, from_logits=True, label_smoothing=LABEL_SMOOTHING
    )
'''

_TRAIN = '''
def train(model, training, validation, epochs):
    """Fit the model and return what Keras noted of each epoch."""  #? !early_stopping
    """Fit the model and return what Keras noted of each epoch.  #? early_stopping
  #? early_stopping
    Afterwards the model has the weights of the epoch with the lowest validation loss.  #? early_stopping
    """  #? early_stopping
    optimizer = keras.optimizers.Adam(LEARNING_RATE, weight_decay=WEIGHT_DECAY)  #? adam decay
    optimizer = keras.optimizers.SGD(  #? !adam decay
        LEARNING_RATE, momentum=0.9, nesterov=True, weight_decay=WEIGHT_DECAY  #? !adam decay
    )  #? !adam decay
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])  #? decay
    cross_entropy = keras.metrics.SparseCategoricalCrossentropy(  #? watched
        name="cross_entropy", from_logits=True  #? watched
    )  #? watched
    model.compile(
        optimizer=optimizer,  #? decay
        optimizer=keras.optimizers.Adam(LEARNING_RATE),  #? adam !decay
        optimizer=keras.optimizers.SGD(LEARNING_RATE, momentum=0.9, nesterov=True),  #? !adam !decay
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),  #? !smoothing
        loss=smoothed_loss,  #? smoothing
        metrics=["accuracy", cross_entropy],  #? watched
        metrics=["accuracy"],  #? !watched
        jit_compile=False,  # XLA takes long to compile and gains nothing on a CPU
    )
    callbacks = [  #? callbacks
        keras.callbacks.EarlyStopping(  #? early_stopping
            monitor="⟦watched:val_cross_entropy⟧⟦!watched:val_loss⟧", patience=STOP_AFTER, restore_best_weights=True  #? early_stopping
        ),  #? early_stopping
        keras.callbacks.ReduceLROnPlateau(  #? plateau
            monitor="⟦watched:val_cross_entropy⟧⟦!watched:val_loss⟧", factor=0.5, patience=HALVE_AFTER, min_lr=1e-6  #? plateau
        ),  #? plateau
        OneCycle(epochs * len(training)),  #? one_cycle !stream
        OneCycle(STEPS),  #? one_cycle stream
        StopAfter(STEPS),  #? cut
    ]  #? callbacks
    return model.fit(
        training.map(augment),  #? augmented !stream
        training,  #? !augmented !stream
        training,  #? stream
        steps_per_epoch=STEPS_PER_EPOCH,  #? stream
        validation_data=validation,
        epochs=epochs,
        shuffle=False,  # the data are shuffled already
        callbacks=callbacks,  #? callbacks
    )
'''


def download_name(config: ResNetConfig) -> str | None:
    """What the data set is called that fits this network and needs no file; None where there is none."""
    found = DOWNLOADS.get((config.input_shape, config.num_classes))
    return found[1] if found else None


def reads_folder(config: ResNetConfig) -> bool:
    """Whether the images come from a folder; otherwise they come as arrays, downloaded or from a file."""
    return download_name(config) is None and config.input_shape[-1] in _COLOURS


def training_constants(recipe: Recipe) -> str:
    """The recipe as assignments, those fields only that the code below reads."""
    lines = [*recipe_constants(recipe), "SEED = 42"]
    if recipe.augmentation != "none":
        lines.append('MIRROR = keras.layers.RandomFlip("horizontal", seed=SEED)')
    if recipe.augmentation == "flip-shift":
        lines += ["SHIFT = keras.layers.RandomTranslation(", *_SHIFT_ARGUMENTS, ")"]
    return "\n".join(lines)


def recipe_constants(recipe: Recipe) -> list[str]:
    """One line for each number of the recipe that `fitting_code` and the batches read."""
    peak = "  # at its highest" if recipe.schedule == "one-cycle" else ""
    lines = [
        f"LEARNING_RATE = {recipe.learning_rate}{peak}",
        f"BATCH_SIZE = {recipe.batch_size}",
        f"EPOCHS = {recipe.epochs}",
    ]
    if recipe.early_stopping_patience is not None:
        lines.append(f"STOP_AFTER = {recipe.early_stopping_patience}  # epochs without a lower validation loss, then the end")
    if recipe.plateau_patience is not None:
        lines.append(f"HALVE_AFTER = {recipe.plateau_patience}  # epochs without a lower validation loss, then half the rate")
    if recipe.weight_decay:
        lines.append(f"WEIGHT_DECAY = {recipe.weight_decay}  # of a kernel, times the rate, in each step")
    if recipe.label_smoothing:
        lines.append(f"LABEL_SMOOTHING = {recipe.label_smoothing}")
    return lines


# Whole pixels, since "nearest" rounds, and black moves in.
_SHIFT_ARGUMENTS = (
    "    2 / INPUT_SHAPE[0],",
    "    2 / INPUT_SHAPE[1],",
    '    fill_mode="constant",',
    '    interpolation="nearest",',
    "    seed=SEED,",
)


def training_code(config: ResNetConfig, recipe: Recipe) -> dict[str, str]:
    """The functions by what they are for, in reading order.

    Keys: "data", "augment" where images are changed, and those of `fitting_code`.
    """
    uses = {"download": download_name(config) is not None, "shift": recipe.augmentation == "flip-shift"}
    templates = {
        "data": (_FOLDER if reads_folder(config) else _ARRAYS) + "\n" + _PREPARE,
        "augment": _AUGMENT if recipe.augmentation != "none" else "",
    }
    code = {name: specialise(template, uses) for name, template in templates.items() if template}
    module, title = DOWNLOADS.get((config.input_shape, config.num_classes), ("", ""))
    colours = _COLOURS.get(config.input_shape[-1], "")
    code["data"] = code["data"].replace("MODULE", module).replace("DATASET", title).replace("COLOURS", colours)
    return code | fitting_code(recipe)


def fitting_code(recipe: Recipe, *, stream: bool = False, cut: bool = False) -> dict[str, str]:
    """What trains a model, by what it is for: "schedule" where the rate has one, "loss" where targets are smoothed, "train".

    With `stream` the batches of all epochs come in one stream, changed already, and what is watched is the loss without smoothing, as a
    run does; `cut` ends it after so many steps.
    """
    uses = {
        "adam": recipe.optimizer == "adam",
        "one_cycle": recipe.schedule == "one-cycle",
        "early_stopping": recipe.early_stopping_patience is not None,
        "plateau": recipe.plateau_patience is not None,
        "decay": recipe.weight_decay > 0,
        "smoothing": recipe.label_smoothing > 0,
        "augmented": recipe.augmentation != "none",
        "stream": stream,
        "cut": cut,
        "watched": stream and recipe.label_smoothing > 0,
    }
    uses["callbacks"] = uses["one_cycle"] or uses["early_stopping"] or uses["plateau"] or cut
    templates = {
        "schedule": _ONE_CYCLE if uses["one_cycle"] else "",
        "loss": _SMOOTHED if uses["smoothing"] else "",
        "train": _TRAIN,
    }
    return {name: specialise(template, uses) for name, template in templates.items() if template}


def imports(config: ResNetConfig, recipe: Recipe) -> tuple[str, str]:
    """The import lines both need: of the standard library, and of packages."""
    standard = "import math" if recipe.schedule == "one-cycle" else ""
    packages = ["import keras", *([] if reads_folder(config) else ["import numpy as np"]), "import tensorflow as tf"]
    return standard, "\n".join(packages)
