"""A run goes to another machine as a file, and what is brought as one is believed only after it was looked at."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from resnet.config import ResNetConfig, TrainConfig
from resnet.errors import ExplainedError, FileError, TrainingError
from resnet.export.archive import EVENTS, MEMBER, RunArchive, pack, unpack
from resnet.export.unpacking import returns
from resnet.presets import PRESETS, RACERS, RECIPES
from resnet.runs.queueing import Limits
from resnet.runs.service import Service
from resnet.runs.store import RunRecord, Store
from resnet.training import trained
from resnet.training.checkpoints import FOLDER_VARIABLE, run_folder
from resnet.training.events import BatchEnd, EpochEnd, Event, Failed, Finished, Started

TINY = replace(RACERS["plain-20"], depths=(1, 1, 1))
CONFIG = TrainConfig(networks=(TINY,), dataset="fashion-mnist-14", recipe=RECIPES["race"], seed=5, max_steps=2)
RANDOM = np.random.default_rng(7)


def weights_of(network: ResNetConfig) -> dict[str, np.ndarray]:
    """As many numbers for each layer as the network has, counted by hand: plain blocks of two 3x3 convolutions and their norms."""
    shapes: dict[str, tuple[int, ...]] = {"stem_conv/kernel": (3, 3, 1, 8)}
    norms, before = {"stem_bn": 8}, 8
    for stage, width in enumerate(network.widths, start=1):
        for number in (1, 2):
            shapes[f"stage{stage}_block1_conv{number}/kernel"] = (3, 3, before, width)
            norms[f"stage{stage}_block1_bn{number}"] = before = width
    for name, width in norms.items():
        shapes |= {f"{name}/{part}": (width,) for part in ("gamma", "beta", "moving_mean", "moving_variance")}
    shapes |= {"head_dense/kernel": (32, 10), "head_dense/bias": (10,)}
    drawn = {name: RANDOM.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    return {name: np.abs(array) if name.endswith("variance") else array for name, array in drawn.items()}


def kept_of(network: ResNetConfig = TINY) -> trained.Trained:
    return trained.Trained(network, "fashion-mnist-14", weights_of(network), RANDOM.normal(size=(2_000, 10)).astype(np.float32))


def said(run: str) -> list[Event]:
    first = {"run": run, "network": TINY.name, "epoch": 1, "learning_rate": 1e-3}
    batches = [
        BatchEnd(
            sequence=step + 1, time=10.0 + step, step=step, loss=2.5 / step, accuracy=0.25, images_per_second=9.0, seconds=1.0, **first
        )
        for step in (1, 2)
    ]
    return [
        Started(run=run, sequence=1, time=10.0, networks=[TINY.name], epochs=1, steps_per_epoch=2, training_images=9_000),
        *batches,
        EpochEnd(
            sequence=4,
            time=13.0,
            step=2,
            loss=1.875,
            accuracy=0.25,
            validation_loss=float("nan"),
            validation_accuracy=0.5,
            seconds=2.0,
            **first,
        ),
        Finished(
            run=run,
            sequence=5,
            time=14.0,
            test_loss={TINY.name: 1.5},
            test_accuracy={TINY.name: 0.5},
            class_accuracy={TINY.name: [0.5] * 10},
            best_epoch=None,
            stopped_early=False,
            seconds=4.0,
        ),
    ]


class Machine:
    """A server with a history and a folder of its own; its engine is never started."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch = folder, patch
        folder.mkdir()
        self.store = Store(f"sqlite:///{folder / 'runs.sqlite'}")
        self.lab = Service(self.store, usual=None)

    def limited(self, limits: Limits) -> Service:
        self.lab.close()
        self.store = Store(f"sqlite:///{self.folder / 'runs.sqlite'}")
        self.lab = Service(self.store, usual=None, limits=limits)
        return self.here()

    def here(self) -> Service:
        self.patch.setenv(FOLDER_VARIABLE, str(self.folder / "checkpoints"))
        return self.lab


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Machine, Machine]]:
    both = Machine(tmp_path / "one", monkeypatch), Machine(tmp_path / "other", monkeypatch)
    yield both
    for machine in both:
        machine.lab.close()


def add(machine: Machine, run: str = "aaaa", kept: trained.Trained | None = None) -> bytes:
    """The file of a finished run there."""
    lab = machine.here()
    machine.store.add_ended(
        RunRecord(id=run, created=1_700_000_000.5, config=CONFIG, state="finished", title="Ours", note="two\nlines"), said(run)
    )
    if kept:
        trained.keep(kept, run_folder(run))
    return lab.export_run(run)


def test_a_run_comes_to_another_machine_whole(machines: tuple[Machine, Machine]) -> None:
    one, other = machines
    kept = kept_of()
    file = add(one, kept=kept)
    lab = other.here()
    run = lab.import_run(file, visitor="v1")
    assert run != "aaaa"
    record = lab.run(run)
    assert record is not None
    assert (record.config, record.created, record.title, record.note) == (CONFIG, 1_700_000_000.5, "Ours", "two\nlines")
    assert (record.state, record.visitor, record.imported) == ("finished", "v1", True)
    # Events hold a NaN, which equals nothing: compared as text.
    assert [str(event) for event in lab.events(run)] == [str(event) for event in said(run)]
    assert str(record.result) == str(said(run)[-1])
    again = trained.find(run, TINY)
    np.testing.assert_array_equal(again.logits, kept.logits)
    assert {name: array.tolist() for name, array in again.weights.items()} == {name: a.tolist() for name, a in kept.weights.items()}
    # And back to where it came from, where it is a run beside the one it was.
    back = one.here().import_run(other.here().export_run(run))
    assert {one.id for one in one.here().runs()} == {"aaaa", back}


def test_words_of_a_run_are_cleaned_as_if_they_were_written_here(machines: tuple[Machine, Machine]) -> None:
    file = changed(add(machines[0]), lambda words: words.update(title="a\0b\nc \ud800", note="one\x07\ntwo\udfff"))
    lab = machines[1].here()
    record = lab.run(lab.import_run(file))
    assert record is not None
    assert (record.title, record.note) == ("ab c", "one\ntwo")


def test_a_run_without_weights_comes_too(machines: tuple[Machine, Machine]) -> None:
    lab = machines[1].here()
    run = lab.import_run(add(machines[0]))
    assert lab.run(run).result is not None  # type: ignore[union-attr]
    with pytest.raises(ExplainedError, match="are not on this machine"):
        trained.find(run, TINY)


def test_weights_that_are_on_another_machine_are_said_to_be_missing(machines: tuple[Machine, Machine]) -> None:
    without, lab = add(machines[0]), machines[0].here()
    assert lab.missing_weights("aaaa") == (TINY.name,)
    assert described_in(without)["missing_weights"] == [TINY.name]
    whole = add(machines[0], "bbbb", kept=kept_of())
    assert lab.missing_weights("bbbb") == ()
    assert described_in(whole)["missing_weights"] == []


def test_a_run_from_a_clock_that_is_ahead_is_not_the_newest_for_ever(machines: tuple[Machine, Machine]) -> None:
    lab = machines[1].here()
    run = lab.import_run(changed(add(machines[0]), lambda words: words.update(created=4e9)))
    machines[1].store.add_run("next", CONFIG)
    assert [record.id for record in lab.runs()] == ["next", run]


def test_a_browser_brings_so_many_runs_and_others_still_can(machines: tuple[Machine, Machine]) -> None:
    file, lab = add(machines[0]), machines[1].limited(Limits(imports_per_visitor=2))
    first, _ = lab.import_run(file, visitor="v1"), lab.import_run(file, visitor="v1")
    with pytest.raises(FileError, match="you have brought 2 runs to this server, and no browser may have more here; delete one"):
        lab.import_run(file, visitor="v1")
    assert len(lab.runs()) == 2
    lab.import_run(file, visitor="v2")
    lab.delete(first)
    lab.import_run(file, visitor="v1")


def test_what_is_brought_takes_so_much_room_until_it_is_removed(machines: tuple[Machine, Machine]) -> None:
    file, lab = add(machines[0], kept=kept_of()), machines[1].limited(Limits(import_megabytes=1))
    with zipfile.ZipFile(io.BytesIO(file)) as known:
        size = sum(len(known.read(name)) for name in known.namelist())
    assert 100_000 < size < 200_000
    runs = [lab.import_run(file) for _ in range(1_000_000 // size)]
    with pytest.raises(
        FileError,
        match=r"the runs brought to this server take 9\d\d KiB, those just deleted included, and this one 1\d\d KiB; together",
    ):
        lab.import_run(file)
    shutil.rmtree(run_folder(runs[0]))
    lab.import_run(file)


def test_a_run_that_has_not_ended_stays(machines: tuple[Machine, Machine]) -> None:
    one = machines[0]
    lab = one.here()
    one.store.add_run("bbbb", CONFIG)
    with pytest.raises(TrainingError, match="run bbbb has not ended"):
        lab.export_run("bbbb")
    with pytest.raises(TrainingError, match="there is no run cccc"):
        lab.export_run("cccc")


# What is refused


def changed(file: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The archive with another description or other events. What UTF-8 cannot write is escaped, as JSON allows."""
    with zipfile.ZipFile(io.BytesIO(file)) as known:
        described = json.loads(known.read(MEMBER))
        described["events"] = [json.loads(line) for line in known.read(EVENTS).splitlines()]
    change(described)
    lines = b"".join(json.dumps(event).encode() + b"\n" for event in described.pop("events"))
    return rebuilt(file, {MEMBER: json.dumps(described).encode(), EVENTS: lines})


def described_in(file: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(file)) as known:
        described: dict[str, Any] = json.loads(known.read(MEMBER))
    return described


def rebuilt(file: bytes, members: dict[str, bytes]) -> bytes:
    """The archive with other members, or more."""
    with zipfile.ZipFile(io.BytesIO(file)) as known:
        contents = {name: known.read(name) for name in known.namelist()} | members
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return made.getvalue()


def event(place: int, **values: object) -> Callable[[dict[str, Any]], object]:
    return lambda described: described["events"][place].update(values)


DESCRIPTIONS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "another format": (lambda d: d.update(format="zip"), "does not describe a run"),
    "a later version": (lambda d: d.update(version=3), "has version 3 of the description of runs; versions 1 to 2 can be read"),
    "no version": (lambda d: d.update(version=True), "has version True"),
    "no configuration": (lambda d: d.pop("training"), "lacks 'training'"),
    "an impossible network": (lambda d: d["training"]["networks"][0].update(depths=[0, 1, 1]), "cannot have been trained: depths"),
    "another data set": (lambda d: d["training"].update(dataset="fashion-mnist"), "takes 14x14x1 images"),
    "a time that is none": (lambda d: d.update(created=1e30), "must be a time in seconds since 1970, got 1e"),
    "a title that is none": (lambda d: d.update(title=["x"]), "title in the description of the run must be text"),
    "no events": (lambda d: d.update(events=[]), "between 1 and 100,000 events"),
    "an unknown event": (event(1, kind="party"), "event 2 of the run in the file is of no known kind"),
    "an event with a gap": (lambda d: d["events"][1].pop("loss"), "event 2 of the run in the file is incomplete"),
    "a loss in words": (event(1, loss="low"), "has a value for 'loss' that it cannot have: 'low'"),
    "a step before the first": (event(1, step=-3), "has a value for 'step' that it cannot have: -3"),
    "an epoch of no steps": (event(0, steps_per_epoch=0), "'steps_per_epoch' that it cannot have: 0"),
    "somebody else's network": (event(1, network="resnet-50"), "'network' that it cannot have: 'resnet-50'"),
    "events out of order": (event(1, sequence=4), "not in order"),
    "no end": (lambda d: d["events"].pop(), "has not ended; its last event is 'epoch'"),
    "too few classes": (event(4, class_accuracy={TINY.name: [0.5]}), "'class_accuracy'"),
    "more than all": (event(4, test_accuracy={TINY.name: 1.5}), "'class_accuracy'"),
    "nobody's result": (event(4, test_loss={}), "'test_loss'"),
}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_a_description_that_cannot_be_is_refused_with_its_reason(name: str, machines: tuple[Machine, Machine]) -> None:
    change, complaint = DESCRIPTIONS[name]
    lab = machines[1].here()
    with pytest.raises(FileError, match=complaint):
        lab.import_run(changed(add(machines[0]), change))
    assert lab.runs() == []


def failed(rule: str) -> RunArchive:
    end = Failed(run="r", sequence=1, time=1.0, rule=rule, values={"what": "memory"})
    return RunArchive(run="r", created=1.0, config=CONFIG, events=(end,))


def test_a_sentence_with_a_gap_that_nothing_fills_is_refused() -> None:
    assert unpack(pack(failed("no {what} left"))).events[-1].kind == "failed"
    with pytest.raises(FileError, match=r"'rule' that it cannot have: 'no \{air\} left'"):
        unpack(pack(failed("no {air} left")))


def pack_as_is(archive: RunArchive) -> bytes:
    """The file, whatever its events say."""
    return changed(pack(replace(archive, events=())), lambda d: d.update(events=[event.to_dict() for event in archive.events]))


@pytest.mark.parametrize(
    "rule",
    [
        "{what:>2000000000}",
        "{what:{what}}",
        "{what.__class__}",
        "{what[0]}",
        "{}",
        "{0}",
        "{what!a}",
        "{what",
        "x" * 2_001,
        "bell \a",
        "half \ud800",
    ],
)
def test_a_sentence_that_does_more_than_name_its_values_is_refused_before_it_is_filled(rule: str) -> None:
    with pytest.raises(FileError, match="a value for 'rule' that it cannot have"):
        unpack(pack_as_is(failed(rule)))


@pytest.mark.parametrize("what", ["x" * 10_001, "half \ud800", "nul \0"])
def test_words_that_no_page_can_show_are_refused(what: str) -> None:
    end = Failed(run="r", sequence=1, time=1.0, rule="no {what} left", values={"what": what})
    with pytest.raises(FileError, match="a value for 'values' that it cannot have"):
        unpack(pack_as_is(RunArchive(run="r", created=1.0, config=CONFIG, events=(end,))))


def test_every_way_in_which_the_rules_of_a_training_write_a_value_is_taken() -> None:
    """Rules of what ends a run come from these modules."""
    said = "".join(file.read_text() for folder in ("resnet", "resnet/runs", "resnet/training") for file in Path(folder).glob("*.py"))
    raised = re.findall(r'(?:TrainingError|DataError|ConfigError|WeightsError)\(\s*((?:"[^"]*"\s*)+)', said)
    written = {gap for rule in raised for gap in re.findall(r"\{\w+((?:![a-z])?(?::[^}]*)?)\}", rule)}
    assert {"", "!r"} <= written
    for gap in written:
        value: object = 5 if ":" in gap else "x"
        end = Failed(run="r", sequence=1, time=1.0, rule=f"it is {{value{gap}}}", values={"value": value})
        assert unpack(pack(RunArchive(run="r", created=1.0, config=CONFIG, events=(end,)))).events == (end,)


def weights_file(**changes: Any) -> bytes:
    """A weights file as it should be, but for the arrays that are changed; None takes one out."""
    kept = kept_of()
    arrays = {**kept.weights, "test/logits": kept.logits, **{name.replace("__", "/"): array for name, array in changes.items()}}
    metadata = {"format": trained.FORMAT, "network": json.dumps(CONFIG.to_dict()["networks"][0]), "dataset": "fashion-mnist-14"}
    return save({name: array for name, array in arrays.items() if array is not None}, metadata)


def metadata_file(network: str) -> bytes:
    return save({"test/logits": np.zeros(1, np.float32)}, {"format": trained.FORMAT, "network": network, "dataset": "fashion-mnist-14"})


def bfloat16_file() -> bytes:
    """One kernel says that its numbers are of two bytes, of a kind that NumPy does not know."""
    kernel = weights_of(TINY)["stem_conv/kernel"]
    file = weights_file(stem_conv__kernel=kernel.astype(np.float16))
    size = int.from_bytes(file[:8], "little")
    header = file[8 : 8 + size].replace(b'"F16"', b'"BF16"')
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + file[8 + size :]


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a layer too large": (
        lambda: weights_file(stem_conv__kernel=np.zeros((5, 5, 1, 8), np.float32)),
        "stem_conv/kernel should have the shape (3, 3, 1, 8), and has (5, 5, 1, 8)",
    ),
    "a kernel laid out flat": (
        lambda: weights_file(stem_conv__kernel=np.zeros(72, np.float32)),
        "stem_conv/kernel should have the shape (3, 3, 1, 8), and has (72,)",
    ),
    "one variable's numbers in another": (
        lambda: weights_file(stem_bn__beta=None, stem_bn__gamma=np.ones(16, np.float32)),
        "stem_bn/gamma should have the shape (8,), and has (16,)",
    ),
    "a variable more": (
        lambda: weights_file(stem_bn__scale=np.ones(1, np.float32)),
        "stem_bn/scale should have the shape None",
    ),
    "a layer too few": (lambda: weights_file(head_dense__kernel=None), "head_dense/kernel should have the shape (32, 10), and has None"),
    "no number": (lambda: weights_file(head_dense__bias=np.full(10, np.nan, np.float32)), "holds? a number that is none"),
    "too few answers": (lambda: weights_file(test__logits=np.zeros((3, 10), np.float32)), "not those of plain-20 to the test images"),
    "numbers that NumPy does not have": (lambda: bfloat16_file(), r"plain-20\.safetensors cannot be read"),
    "a network without end": (lambda: metadata_file("[" * 100_000), r"plain-20\.safetensors cannot be read"),
    "a network that is a number": (lambda: metadata_file("7"), r"plain-20\.safetensors cannot be read"),
    "no weights at all": (lambda: b"nothing", r"plain-20\.safetensors cannot be read"),
    "another's": (lambda: trained.to_bytes(kept_of(replace(TINY, activation="gelu"))), "does not hold the weights of plain-20"),
}


@pytest.mark.parametrize("name", FILES)
def test_weights_that_are_not_this_networks_are_refused_and_leave_nothing(name: str, machines: tuple[Machine, Machine]) -> None:
    make, complaint = FILES[name]
    complaint = complaint.replace("(", "\\(").replace(")", "\\)")
    file = rebuilt(add(machines[0]), {"trained/plain-20.safetensors": make()})
    lab = machines[1].here()
    with pytest.raises(FileError, match=complaint):
        lab.import_run(file)
    assert lab.runs() == []
    assert not list((machines[1].folder / "checkpoints").glob("*"))


def test_the_weights_written_by_hand_are_those_that_pass() -> None:
    assert load(weights_file()).keys() == {*weights_of(TINY), "test/logits"}


def test_archives_of_something_else_are_refused(machines: tuple[Machine, Machine]) -> None:
    file = add(machines[0])
    for brought, complaint in (
        (b"", "cannot be read as a .zip archive"),
        (b"PK\x03\x04" + b"\0" * 40, "cannot be read as a .zip archive"),
        (file[: len(file) // 2], "cannot be read as a .zip archive"),
        (rebuilt(file, {"../../evil.py": b"x"}), "holds '../../evil.py', which is no part of a run"),
        (rebuilt(file, {MEMBER: b"[" * 100_000}), "is not JSON"),
    ):
        with pytest.raises(FileError, match=complaint):
            unpack(brought)


def test_a_bomb_is_not_unpacked(machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch) -> None:
    """20 MB of zeros are 20 KB in an archive. This network takes 24,000 numbers and 2,000 times 10 answers."""
    file = rebuilt(add(machines[0]), {"trained/plain-20.safetensors": b"\0" * 20_000_000})
    assert len(file) < 50_000
    with pytest.raises(FileError, match=r"trained/plain-20\.safetensors in the archive unpacks to more than 1,2\d\d,\d\d\d bytes"):
        unpack(file)
    monkeypatch.setattr("resnet.export.archive.MOST_TOLD", 1_000)
    with pytest.raises(FileError, match=r"events\.jsonl in the archive unpacks to more than 1,000 bytes"):
        unpack(add(machines[0], "bbbb"))
    monkeypatch.setattr("resnet.export.archive.MOST_DESCRIBED", 100)
    with pytest.raises(FileError, match=r"run\.json in the archive unpacks to more than 100 bytes"):
        unpack(file)


def test_a_network_larger_than_a_file_can_bring_is_refused_before_its_weights_are_read(machines: tuple[Machine, Machine]) -> None:
    """An honest configuration of 60 thousand million parameters would allow for 243 GB of zeros."""
    giant = {"depths": [200, 1], "widths": [4096, 4096]}
    file = rebuilt(add(machines[0]), {"trained/plain-20.safetensors": b"\0" * 20_000_000})
    for weights in (file, add(machines[0], "bbbb")):
        with pytest.raises(
            FileError, match=r"the weights of plain-20 take 2\d\d,\d{3},\d{3},\d{3} bytes, and a file can bring at most 192,937,984"
        ):
            unpack(changed(weights, lambda words: words["training"]["networks"][0].update(giant)))


@pytest.mark.parametrize("many", [b"{}", b"[]", b"1"])
def test_what_would_fill_the_memory_is_counted_before_it_is_made(many: bytes, machines: tuple[Machine, Machine]) -> None:
    file = add(machines[0])
    listed = b'{"format": "resnet-lab-run", "version": 1, "events": [' + b",".join([many] * 3_100_000) + b"]}"
    with pytest.raises(FileError, match=r"events\.jsonl in the archive holds more than the 100,000 events of a run need"):
        unpack(rebuilt(file, {EVENTS: listed}))
    with pytest.raises(FileError, match=r"run\.json in the archive (holds more than the 100,000|unpacks to more than 8,388,608)"):
        unpack(rebuilt(file, {MEMBER: listed}))


def test_events_are_counted_by_their_lines_and_none_is_longer_than_one_can_be(machines: tuple[Machine, Machine]) -> None:
    file = add(machines[0])
    with pytest.raises(FileError, match=r"events\.jsonl in the archive holds more than the 100,000 events of a run need"):
        unpack(rebuilt(file, {EVENTS: b"\n" * 100_001}))
    with pytest.raises(FileError, match=r"a line of events\.jsonl in the archive has 1,048,577 bytes, at most 1,048,576 are read"):
        unpack(rebuilt(file, {EVENTS: b"1" * (2**20 + 1)}))
    with pytest.raises(FileError, match=r"events\.jsonl in the archive is not JSON"):
        unpack(rebuilt(file, {EVENTS: b"{\n"}))


def test_an_archive_of_the_first_version_is_read(machines: tuple[Machine, Machine]) -> None:
    """There the events are in run.json."""
    file = add(machines[0])
    with zipfile.ZipFile(io.BytesIO(file)) as known:
        described = json.loads(known.read(MEMBER)) | {"version": 1}
        described["events"] = [json.loads(line) for line in known.read(EVENTS).splitlines()]
    old = io.BytesIO()
    with zipfile.ZipFile(old, "w") as archive:
        archive.writestr(MEMBER, json.dumps(described))
    assert [str(event) for event in unpack(old.getvalue()).events] == [str(event) for event in said("aaaa")]


def test_whether_a_file_will_come_back_is_known_before_it_is_taken_along() -> None:
    """resnet-34 of torchvision has 21.3 million parameters, which are 85 MB; resnet-152 has 58 million, 233 MB."""
    assert returns([PRESETS["resnet-34"]], events=100_000) is None
    assert "the weights of resnet-152 take 2" in str(returns([PRESETS["resnet-152"]]))
    assert str(returns([TINY], events=100_001)) == "the run has 100,001 events, and a file can bring at most 100,000"
    assert "takes 33,554,433 bytes" in str(returns([TINY], events=24_000, told=2**25 + 1))


def test_an_archive_of_very_many_members_is_not_listed(machines: tuple[Machine, Machine]) -> None:
    with pytest.raises(FileError, match="the archive has 202 members, at most 100 are looked at"):
        unpack(rebuilt(add(machines[0]), {f"more/{number}": b"" for number in range(200)}))
