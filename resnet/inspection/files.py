"""Trained networks and their courses as files."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from safetensors.numpy import save

from resnet.export.model_file import MEMBER, describe_model
from resnet.inquiries import Packed, RunSubject, SaveModel, Series, WriteLogs
from resnet.inspection.memory import make_room_for
from resnet.inspection.portable import build_portable
from resnet.inspection.subjects import network_of
from resnet.inspection.weights import set_weights
from resnet.model import deep_enough, named_weights


def save_model(asked: SaveModel) -> Packed:
    """Raises WeightsError."""
    network = network_of(asked.subject)
    weights = {name: np.asarray(variable, np.float32) for name, variable in named_weights(network.model)}
    if asked.form == "safetensors":
        return Packed(save(weights, {"network": json.dumps(asdict(asked.subject.config)), "dataset": asked.subject.dataset}))
    make_room_for(network.plan)
    model = build_portable(asked.subject.config)
    set_weights(model, weights, origin=asked.subject.run if isinstance(asked.subject, RunSubject) else asked.subject.network)
    with tempfile.TemporaryDirectory() as folder, deep_enough(len(model.layers)):
        file = Path(folder) / "model.keras"
        model.save(file)
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as members:
            members.writestr(MEMBER, describe_model(asked.subject.config, asked.subject.dataset, asked.training))
        return Packed(file.read_bytes())


def write_logs(asked: WriteLogs) -> Packed:
    """Each log in a folder of its own, as TensorFlow writes it, in one .zip."""
    by_log: dict[str, list[Series]] = {}
    for series in asked.series:
        by_log.setdefault(series.log, []).append(series)
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as members:
        for log, told in by_log.items():
            _write_log(Path(folder) / log, told)
            for file in (Path(folder) / log).iterdir():
                members.write(file, f"{log}/{file.name}")
    return Packed(packed.getvalue())


def _write_log(folder: Path, told: list[Series]) -> None:
    """Each point with the time it was told at: `tf.summary.scalar` would stamp it with now, and need the package tensorboard."""
    folder.mkdir()
    points = [point for series in told for point in _points(series)]
    began = min((event.wall_time for event in points), default=0.0)
    with tf.io.TFRecordWriter(str(folder / f"events.out.tfevents.{int(began)}.resnet-lab")) as file:
        file.write(tf.compat.v1.Event(wall_time=began, file_version="brain.Event:2").SerializeToString())
        for event in sorted(points, key=lambda event: event.step):
            file.write(event.SerializeToString())


def _points(series: Series) -> list[Any]:
    scalar = tf.compat.v1.Summary.Value
    return [
        tf.compat.v1.Event(wall_time=time, step=step, summary=tf.compat.v1.Summary(value=[scalar(tag=series.tag, simple_value=value)]))
        for step, value, time in zip(series.steps, series.values, series.times, strict=True)
    ]
