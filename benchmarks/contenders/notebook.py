"""The notebook's way: Keras's own layers, `fit` on arrays, float32. Nothing of this project is loaded, nor any of its settings."""

from __future__ import annotations

import time
from typing import Any

import keras
import numpy as np
from keras import layers

from benchmarks.contenders import BATCH, serve


def unit(x: Any, filters: int, strides: int) -> Any:
    y = layers.Conv2D(filters, 3, strides, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(y)
    y = layers.BatchNormalization()(y)
    if strides > 1:
        x = layers.Conv2D(filters, 1, strides, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
        x = layers.BatchNormalization()(x)
    return layers.ReLU()(layers.Add()([x, y]))


def mini_resnet() -> keras.Model:
    images = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(images)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for filters, strides in ((32, 1), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1)):
        x = unit(x, filters, strides)
    x = layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(images, layers.Dense(10, activation="softmax", kernel_initializer="he_normal")(x))
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


class Clock(keras.callbacks.Callback):  # type: ignore[misc]
    def on_train_begin(self, logs: Any = None) -> None:
        self.ends: list[float] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.ends.append(time.perf_counter())


def main() -> None:
    (x_train, y_train), (x_test, y_test) = full_set()
    x_val, y_val, x_train, y_train = x_train[:5_000], y_train[:5_000], x_train[5_000:], y_train[5_000:]
    model, clock = mini_resnet(), Clock()
    model.fit(x_train[: 2 * BATCH], y_train[: 2 * BATCH], batch_size=BATCH, verbose=0)
    model.evaluate(x_val[:BATCH], y_val[:BATCH], verbose=0)

    def answer(line: str) -> str:
        if line == "validate":  # seconds for the validation split
            began = time.perf_counter()
            model.evaluate(x_val, y_val, batch_size=BATCH, verbose=0)
            return str(time.perf_counter() - began)
        if line == "whole":  # seconds, epochs and test accuracy of the whole recipe
            return whole(x_train, y_train, x_val, y_val, x_test, y_test)
        model.fit(x_train, y_train, batch_size=BATCH, steps_per_epoch=int(line) + 1, verbose=0, callbacks=[clock])
        return str(BATCH * int(line) / (clock.ends[-1] - clock.ends[0]))  # images a second

    serve(answer)


def whole(x_train: Any, y_train: Any, x_val: Any, y_val: Any, x_test: Any, y_test: Any) -> str:
    model = mini_resnet()
    patience = keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)
    plateau = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=3, min_lr=1e-6)
    began = time.perf_counter()
    history = model.fit(
        x_train, y_train, batch_size=BATCH, epochs=10, validation_data=(x_val, y_val), callbacks=[patience, plateau], verbose=0
    )
    seconds = time.perf_counter() - began
    accuracy = model.evaluate(x_test, y_test, verbose=0)[1]
    return f"{seconds} {len(history.epoch)} {accuracy}"


def full_set() -> Any:
    """The full set as the notebook has it: 60,000 images in their order to train with, 10,000 to test with."""
    from resnet.data import load_fashion_mnist  # only now: TensorFlow is loaded, and what the project sets for it comes too late

    images = load_fashion_mnist()
    training = np.concatenate([images.x_val, images.x_train]), np.concatenate([images.y_val, images.y_train])
    return training, (images.x_test, images.y_test)


if __name__ == "__main__":
    main()
