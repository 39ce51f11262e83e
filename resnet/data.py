"""Fashion-MNIST as NumPy arrays: the subset that comes with the app, or the full set from disk or the network.

Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747. TensorFlow is imported only where a download is needed.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from resnet.config import DatasetName
from resnet.datasets import DATASETS, DatasetFacts
from resnet.errors import DataError

SUBSET_FILE = Path(__file__).parents[1] / "assets" / "data" / "fashion-mnist-subset.npz"
DEBIAN_DIRECTORY = Path("/usr/share/datasets/fashion-mnist")
ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
PATIENCE = 30.0  # seconds without a single new byte before a download is given up

Progress = Callable[[float], None]
Labelled = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Three splits. Images `x_…` are float32 in [0, 1], (images, height, width, channels); labels `y_…` are int32, (images,).

    `source` says where the images were read from. The arrays are read-only, since callers share them.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class IdxFile:
    """What one gzip-compressed IDX file must hold: unsigned bytes of this shape, with this SHA-256 once decompressed.

    `download_size` is the compressed length in bytes at the origin, from which a download's progress is reckoned.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str
    download_size: int

    @property
    def header(self) -> bytes:
        """IDX: two zero bytes, type 8 (unsigned byte), the number of dimensions, then each as a big-endian 32-bit number."""
        return bytes([0, 0, 8, len(self.shape)]) + b"".join(side.to_bytes(4, "big") for side in self.shape)

    @property
    def length(self) -> int:
        """Bytes once decompressed."""
        return len(self.header) + int(np.prod(self.shape))


TRAIN_IMAGES = IdxFile(
    "train-images-idx3-ubyte.gz", (60_000, 28, 28), "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888", 26_421_880
)
TRAIN_LABELS = IdxFile("train-labels-idx1-ubyte.gz", (60_000,), "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9", 29_515)
TEST_IMAGES = IdxFile(
    "t10k-images-idx3-ubyte.gz", (10_000, 28, 28), "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b", 4_422_102
)
TEST_LABELS = IdxFile("t10k-labels-idx1-ubyte.gz", (10_000,), "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34", 5_148)
FULL_SET = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


def load_dataset(name: DatasetName, progress: Progress | None = None) -> Dataset:
    """The data set of that name, as `DATASETS` describes it. Arguments and errors are those of `load_fashion_mnist`."""
    if name == "fashion-mnist-14":
        return _averaged_subset(SUBSET_FILE)
    return load_fashion_mnist(subset=name == "fashion-mnist-subset", progress=progress)


def load_fashion_mnist(subset: bool = False, progress: Progress | None = None) -> Dataset:
    """Fashion-MNIST in three splits.

    Args:
        subset: True for the 9,000 / 1,000 / 2,000 embedded images (every class alike in each split); False for all
            55,000 / 5,000 / 10,000, where validation is the last 5,000 of the original training images.
        progress: told the share downloaded, 0 to 1, whenever it changes; never called where nothing is downloaded.

    Raises:
        DataError: a file is missing, damaged or not what its name says, or the full set can be neither found nor downloaded.
    """
    if subset:
        return _load_subset(SUBSET_FILE)
    directory = full_set_location()
    if directory is None:
        directory = keras_cache()
        download(FULL_SET, directory, origin=ORIGIN, patience=PATIENCE, progress=progress)
    train, test = read_full_set(directory)
    return _split(train, test, DATASETS["fashion-mnist"], source=str(directory))


def full_set_location() -> Path | None:
    """The first folder that has all four files: `RESNET_DATA_DIR`, Debian's package, the Keras cache. None where none has.

    The contents are not looked at here; `load_fashion_mnist` accepts only the original ones, so any of the folders will do.
    """
    chosen = os.environ.get("RESNET_DATA_DIR")
    places = [Path(chosen).expanduser()] if chosen else []
    places += [DEBIAN_DIRECTORY, keras_cache()]
    return next((place for place in places if all((place / file.name).is_file() for file in FULL_SET)), None)


def keras_cache() -> Path:
    """The folder in which `keras.datasets.fashion_mnist` keeps its files."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets" / "fashion-mnist"


def read_full_set(directory: Path) -> tuple[Labelled, Labelled]:
    """((training images, labels), (test images, labels)) as they are in the four files: uint8, (n, 28, 28) and (n,). Raises DataError."""
    train_images, train_labels, test_images, test_labels = (read_idx(directory / file.name, file) for file in FULL_SET)
    return (train_images, train_labels), (test_images, test_labels)


def read_idx(path: Path, expected: IdxFile) -> np.ndarray:
    """The array in a gzip-compressed IDX file, uint8. Raises DataError, naming the file, for any content but the expected one."""
    try:
        with gzip.open(path) as file:
            content = file.read(expected.length + 1)
    except FileNotFoundError as error:
        raise DataError("the data file {file} is missing", file=str(path)) from error
    except EOFError as error:
        raise DataError("the data file {file} is truncated: its compressed data ends too early", file=str(path)) from error
    except (OSError, zlib.error) as error:
        raise DataError("the data file {file} cannot be read: {problem}", file=str(path), problem=str(error)) from error
    _check_idx(content, path, expected)
    return np.frombuffer(content, np.uint8, offset=len(expected.header)).reshape(expected.shape)


def _check_idx(content: bytes, path: Path, expected: IdxFile) -> None:
    header = content[: len(expected.header)]
    if len(content) >= 4 and header[:4] != expected.header[:4]:
        raise DataError(
            "the data file {file} is not the IDX file it should be: it begins with the bytes {got}, not {wanted}",
            file=str(path),
            got=header[:4].hex(" "),
            wanted=expected.header[:4].hex(" "),
        )
    if len(header) == len(expected.header) and header != expected.header:
        raise DataError(
            "the data file {file} has the wrong shape: its header says {got}, it should be {wanted}",
            file=str(path),
            got="x".join(str(int.from_bytes(header[at : at + 4], "big")) for at in range(4, len(header), 4)),
            wanted="x".join(map(str, expected.shape)),
        )
    if len(content) < expected.length:
        raise DataError(
            "the data file {file} is truncated: it holds {got} of {wanted} bytes once decompressed",
            file=str(path),
            got=len(content),
            wanted=expected.length,
        )
    if len(content) > expected.length:
        raise DataError("the data file {file} holds more than {wanted} bytes once decompressed", file=str(path), wanted=expected.length)
    digest = hashlib.sha256(content).hexdigest()
    if digest != expected.sha256:
        raise DataError(
            "the data file {file} has the right shape but other contents than Fashion-MNIST's: SHA-256 {got}, not {wanted}",
            file=str(path),
            got=digest,
            wanted=expected.sha256,
        )


@lru_cache(maxsize=1)
def _load_subset(path: Path) -> Dataset:
    """The embedded subset, decompressed once in a process. Raises DataError for a file that is missing or damaged."""
    facts = DATASETS["fashion-mnist-subset"]
    kept = facts.training_images + facts.validation_images
    shapes = {"x_train": (kept, 28, 28), "y_train": (kept,), "x_test": (facts.test_images, 28, 28), "y_test": (facts.test_images,)}
    try:
        with np.load(path) as file:
            arrays = {name: file[name] for name in shapes}
    except FileNotFoundError as error:
        raise DataError("the data file {file} is missing", file=str(path)) from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError("the data file {file} cannot be read: {problem}", file=str(path), problem=str(error)) from error
    for name, shape in shapes.items():
        if arrays[name].shape != shape or arrays[name].dtype != np.uint8:
            raise DataError(
                "the data file {file} has the wrong contents: {name} should be uint8 of shape {wanted}, it is {got_type} of shape {got}",
                file=str(path),
                name=name,
                wanted="x".join(map(str, shape)),
                got_type=str(arrays[name].dtype),
                got="x".join(map(str, arrays[name].shape)),
            )
    return _split((arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"]), facts, source=str(path))


@lru_cache(maxsize=1)
def _averaged_subset(path: Path) -> Dataset:
    """The embedded subset with half its resolution, made once in a process."""
    whole = _load_subset(path)
    return replace(whole, x_train=averaged(whole.x_train), x_val=averaged(whole.x_val), x_test=averaged(whole.x_test))


def averaged(images: np.ndarray) -> np.ndarray:
    """Images (images, height, width, channels), sides even, to (images, height / 2, width / 2, channels): the means of 2x2 pixels."""
    count, height, width, channels = images.shape
    means: np.ndarray = images.reshape(count, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4), dtype=np.float32)
    means.setflags(write=False)
    return means


def _split(train: Labelled, test: Labelled, facts: DatasetFacts, *, source: str) -> Dataset:
    """The last `facts.validation_images` of the training images validate."""
    first_validation = len(train[0]) - facts.validation_images
    x_train, x_test = _as_images(train[0]), _as_images(test[0])
    y_train, y_test = _as_labels(train[1]), _as_labels(test[1])
    return Dataset(
        x_train=x_train[:first_validation],
        y_train=y_train[:first_validation],
        x_val=x_train[first_validation:],
        y_val=y_train[first_validation:],
        x_test=x_test,
        y_test=y_test,
        class_names=facts.class_names,
        source=source,
    )


def _as_images(pixels: np.ndarray) -> np.ndarray:
    """uint8 (n, height, width) to float32 in [0, 1], (n, height, width, 1)."""
    images = np.divide(pixels[..., np.newaxis], np.float32(255), dtype=np.float32)
    images.setflags(write=False)
    return images


def _as_labels(numbers: np.ndarray) -> np.ndarray:
    labels = numbers.astype(np.int32)
    labels.setflags(write=False)
    return labels


def download(files: tuple[IdxFile, ...], directory: Path, *, origin: str, patience: float, progress: Progress | None = None) -> None:
    """Fetch the files from `origin` into `directory`, through Keras. Nothing appears there before its contents were checked.

    Raises DataError, naming the three remedies, where that fails or no byte arrives for `patience` seconds.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory, prefix=".download-", ignore_cleanup_errors=True) as folder:
            staging = Path(folder)
            _fetch(files, staging, origin, patience, progress)
            for file in files:
                read_idx(staging / file.name, file)
            for file in files:
                (staging / file.name).replace(directory / file.name)
    except (OSError, DataError) as error:
        raise DataError(
            "the full Fashion-MNIST set is not on this machine and could not be downloaded ({problem}). Any of three remedies will do: "
            "set RESNET_DATA_DIR to a folder that holds its four files; install Debian's package dataset-fashion-mnist; "
            "or put the files into {cache}, or connect to the network once",
            problem=str(error),
            cache=str(directory),
        ) from error


def _fetch(files: tuple[IdxFile, ...], staging: Path, origin: str, patience: float, progress: Progress | None) -> None:
    """Let Keras download in a thread and watch the files grow: Keras reports to the terminal only, and may wait for ever."""
    import keras

    ended = threading.Event()
    failure: list[Exception] = []

    def fetch() -> None:
        try:
            for file in files:
                keras.utils.get_file(file.name, origin=origin + file.name, cache_dir=staging, cache_subdir=".")
        except Exception as error:  # noqa: BLE001 - Keras raises bare Exception for a network failure; the watcher raises it on
            failure.append(error)
        finally:
            ended.set()

    threading.Thread(target=fetch, name="fashion-mnist-download", daemon=True).start()
    total = sum(file.download_size for file in files)
    received, quiet, tick = -1, 0.0, min(0.25, patience)
    while not ended.wait(tick):
        now = sum(path.stat().st_size for path in staging.iterdir())
        quiet = 0.0 if now != received else quiet + tick
        if quiet >= patience:
            raise TimeoutError(f"no data from {origin} for {patience:g} seconds")
        if now != received and progress is not None:
            progress(min(1.0, now / total))
        received = now
    if failure:
        raise ConnectionError(str(failure[0])) from failure[0]
    if progress is not None:
        progress(1.0)
