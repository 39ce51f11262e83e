"""Fashion-MNIST: what is in the splits, where the full set is looked for, and that no foreign file gets through."""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from resnet import data
from resnet.data import FULL_SET, IdxFile, download, full_set_location, load_fashion_mnist, read_idx
from resnet.datasets import DATASETS
from resnet.errors import DataError

PIXELS = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
# Written by hand from the format's description (yann.lecun.com/exdb/mnist): magic number, then each side, big-endian.
CONTENT = bytes.fromhex("00000803 00000002 00000003 00000003") + PIXELS.tobytes()
SUBSET = data.SUBSET_FILE.read_bytes()
SMALL = IdxFile("images.gz", (2, 3, 3), hashlib.sha256(CONTENT).hexdigest(), len(gzip.compress(CONTENT)))


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to build places in, on a machine that has the full set nowhere."""
    monkeypatch.delenv("RESNET_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(data, "DEBIAN_DIRECTORY", tmp_path / "debian")
    return tmp_path


def fill(directory: Path, content: bytes = b"anything") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    for file in FULL_SET:
        (directory / file.name).write_bytes(gzip.compress(content))
    return directory


# The subset


def test_subset_has_the_promised_splits_with_every_class_alike() -> None:
    dataset = load_fashion_mnist(subset=True)
    facts = DATASETS["fashion-mnist-subset"]
    splits = {
        "train": (dataset.x_train, dataset.y_train, facts.training_images, 9_000),
        "validation": (dataset.x_val, dataset.y_val, facts.validation_images, 1_000),
        "test": (dataset.x_test, dataset.y_test, facts.test_images, 2_000),
    }
    for images, labels, promised, size in splits.values():
        assert promised == size
        assert images.shape == (size, 28, 28, 1)
        assert images.dtype == np.float32
        assert labels.shape == (size,)
        assert labels.dtype == np.int32
        assert np.bincount(labels).tolist() == [size // 10] * 10
        assert images.min() == 0.0
        assert images.max() == 1.0
    assert dataset.class_names == facts.class_names
    assert dataset.source.endswith("fashion-mnist-subset.npz")


def test_subset_looks_like_fashion_mnist() -> None:
    dataset = load_fashion_mnist(subset=True)
    # The data set's well-known mean and standard deviation: 0.2860 and 0.3530.
    assert dataset.x_train.mean() == pytest.approx(0.2860, abs=0.003)
    assert dataset.x_train.std() == pytest.approx(0.3530, abs=0.003)
    # Labels belong to their images: trousers leave the left edge dark, bags are wide, sandals use the least ink.
    ink = [dataset.x_train[dataset.y_train == number].mean() for number in range(10)]
    assert dataset.class_names[int(np.argmin(ink))] == "Sandal"
    left_edge = [dataset.x_train[dataset.y_train == number][:, 8:24, :4].mean() for number in range(10)]
    assert dataset.class_names[int(np.argmin(left_edge))] == "Trouser"


def test_subset_splits_share_no_image() -> None:
    dataset = load_fashion_mnist(subset=True)
    train, validation, test = ({image.tobytes() for image in images} for images in (dataset.x_train, dataset.x_val, dataset.x_test))
    assert not train & validation
    assert not train & test
    assert not validation & test


def test_subset_is_read_once_and_cannot_be_written_to() -> None:
    dataset = load_fashion_mnist(subset=True)
    assert load_fashion_mnist(subset=True) is dataset
    with pytest.raises(ValueError, match="read-only"):
        dataset.x_val[0] = 0


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda path: None, "is missing"),
        (lambda path: path.write_bytes(SUBSET[:1_000_000]), "cannot be read"),
        (lambda path: path.write_text("<html>404</html>"), "cannot be read"),
        (lambda path: np.savez(path, x_train=np.zeros(3, np.uint8)), "cannot be read: .*y_train"),
        (
            lambda path: np.savez(path, **{name: np.zeros(3, np.uint8) for name in ("x_train", "y_train", "x_test", "y_test")}),
            "x_train should be uint8 of shape 10000x28x28, it is uint8 of shape 3",
        ),
    ],
    ids=["missing", "truncated", "foreign", "incomplete", "wrong shape"],
)
def test_damaged_subset_is_named(damage, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "subset.npz"
    monkeypatch.setattr(data, "SUBSET_FILE", path)
    damage(path)
    with pytest.raises(DataError, match=complaint) as caught:
        load_fashion_mnist(subset=True)
    assert caught.value.values["file"] == str(path)


# IDX files


def test_idx_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(CONTENT, compresslevel=1))
    assert np.array_equal(read_idx(path, SMALL), PIXELS)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "is missing"),
        (b"", "truncated: it holds 0 of 34 bytes"),
        (b"not gzip at all", "cannot be read: Not a gzipped file"),
        (gzip.compress(CONTENT)[:-12], "truncated: its compressed data ends too early"),
        (gzip.compress(CONTENT)[:-8] + bytes(8), "cannot be read: CRC check failed"),
        (gzip.compress(CONTENT[:-1]), "truncated: it holds 33 of 34 bytes"),
        (gzip.compress(CONTENT[:6]), "truncated: it holds 6 of 34 bytes"),
        (gzip.compress(CONTENT + b"\0"), "more than 34 bytes"),
        (gzip.compress(b"GIF89a" + CONTENT[6:]), "begins with the bytes 47 49 46 38, not 00 00 08 03"),
        (gzip.compress(bytes.fromhex("00000803 00000002 00000009 00000001") + PIXELS.tobytes()), "header says 2x9x1, it should be 2x3x3"),
        (gzip.compress(CONTENT[:-1] + b"\xff"), "right shape but other contents .* not " + SMALL.sha256),
    ],
    ids=["missing", "empty", "no gzip", "cut gzip", "bad CRC", "cut", "cut header", "too long", "foreign", "wrong shape", "other pixels"],
)
def test_wrong_idx_file_is_refused_by_name(content: bytes | None, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=complaint) as caught:
        read_idx(path, SMALL)
    assert caught.value.values["file"] == str(path)


def test_expected_files_are_the_originals() -> None:
    assert {file.name: (file.header.hex(), file.length) for file in FULL_SET} == {
        "train-images-idx3-ubyte.gz": ("000008030000ea600000001c0000001c", 47_040_016),
        "train-labels-idx1-ubyte.gz": ("000008010000ea60", 60_008),
        "t10k-images-idx3-ubyte.gz": ("00000803000027100000001c0000001c", 7_840_016),
        "t10k-labels-idx1-ubyte.gz": ("0000080100002710", 10_008),
    }


# Where the full set is


def test_places_are_searched_in_order(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert full_set_location() is None
    cache = fill(nowhere / "keras" / "datasets" / "fashion-mnist")
    assert full_set_location() == cache
    debian = fill(nowhere / "debian")
    assert full_set_location() == debian
    monkeypatch.setenv("RESNET_DATA_DIR", str(nowhere / "mine"))
    assert full_set_location() == debian
    mine = fill(nowhere / "mine")
    assert full_set_location() == mine
    (mine / FULL_SET[3].name).unlink()
    assert full_set_location() == debian


def test_bad_files_in_the_chosen_folder_are_an_error_and_never_passed_over(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(nowhere / "debian")
    monkeypatch.setenv("RESNET_DATA_DIR", str(fill(nowhere / "mine", content=CONTENT)))
    with pytest.raises(DataError, match="header says 2x3x3, it should be 60000x28x28") as caught:
        load_fashion_mnist()
    assert caught.value.values["file"] == str(nowhere / "mine" / "train-images-idx3-ubyte.gz")


def test_full_split_keeps_the_last_images_for_validation() -> None:
    facts = DATASETS["fashion-mnist"]
    numbers = np.arange(60_000) % 251
    pixels = np.broadcast_to(numbers.astype(np.uint8)[:, None, None], (60_000, 1, 1))
    dataset = data._split((pixels, numbers), (pixels[:10_000], numbers[:10_000]), facts, source="made up")
    assert (len(dataset.x_train), len(dataset.x_val), len(dataset.x_test)) == (55_000, 5_000, 10_000)
    assert dataset.y_train[-1] == 54_999 % 251
    assert dataset.y_val[0] == 55_000 % 251
    assert dataset.y_val[-1] == 59_999 % 251
    assert dataset.x_val[0].item() == np.float32(55_000 % 251) / np.float32(255)


# Download


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, str]]:
    """(the folder it serves, its address): an origin on this machine."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


def test_download_brings_checked_files_and_tells_its_progress(server: tuple[Path, str], tmp_path: Path) -> None:
    folder, origin = server
    (folder / SMALL.name).write_bytes(gzip.compress(CONTENT))
    shares: list[float] = []
    download((SMALL,), tmp_path / "cache", origin=origin, patience=20, progress=shares.append)
    assert np.array_equal(read_idx(tmp_path / "cache" / SMALL.name, SMALL), PIXELS)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [SMALL.name]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert min(shares) >= 0.0


def test_download_of_something_else_leaves_nothing_behind(server: tuple[Path, str], tmp_path: Path) -> None:
    folder, origin = server
    (folder / SMALL.name).write_text("<html>Please log in to this network</html>")
    with pytest.raises(DataError, match=r"could not be downloaded .*Not a gzipped file"):
        download((SMALL,), tmp_path / "cache", origin=origin, patience=20)
    assert list((tmp_path / "cache").iterdir()) == []


def test_no_network_names_the_three_remedies(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        monkeypatch.setattr(data, "ORIGIN", f"http://127.0.0.1:{unused.getsockname()[1]}/")
        with pytest.raises(DataError) as caught:
            load_fashion_mnist()
    text = str(caught.value)
    assert "refused" in text
    assert "RESNET_DATA_DIR" in text
    assert "dataset-fashion-mnist" in text
    assert str(nowhere / "keras" / "datasets" / "fashion-mnist") in text


def test_silent_origin_does_not_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(DataError, match=r"no data from .* for 0\.5 seconds"):
        download((SMALL,), tmp_path / "cache", origin=f"http://127.0.0.1:{silent.getsockname()[1]}/", patience=0.5)


def test_folder_that_cannot_be_made_names_the_remedies(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match=r"could not be downloaded .*RESNET_DATA_DIR"):
        download((SMALL,), tmp_path / "file" / "cache", origin="http://127.0.0.1:9/", patience=1)
