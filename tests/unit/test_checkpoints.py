"""Checkpoints on a real disk: whole or not there, damaged ones passed over, a disk that is full said."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from resnet.training.checkpoints import (
    BROUGHT,
    KEPT_CHECKPOINTS,
    KEPT_RUNS,
    Checkpoints,
    Snapshot,
    folder_of_all,
    prune_runs,
    read,
    run_folder,
    write,
)


def snapshot(step: int, *, size: int = 10) -> Snapshot:
    arrays = {
        "model/0": np.random.default_rng(step).normal(size=(size, 3)).astype(np.float32),
        "model/1": np.array([step, 2**32 - 1], np.uint32),
        "optimizer/0": np.array(step, np.int64),
    }
    return Snapshot(step, 1 + step // 10, {"rate": 0.1 + 0.2, "best": None, "batches": [[900, 1 / 3, 0.5]]}, arrays)


def same(one: Snapshot | None, other: Snapshot) -> bool:
    return (
        one is not None
        and (one.step, one.epoch, one.state) == (other.step, other.epoch, other.state)
        and one.arrays.keys() == other.arrays.keys()
        and all(
            array.dtype == one.arrays[name].dtype and array.shape == one.arrays[name].shape and np.array_equal(array, one.arrays[name])
            for name, array in other.arrays.items()
        )
    )


def keep(checkpoints: Checkpoints, *steps: int) -> None:
    for step in steps:
        checkpoints.save(snapshot(step))
        checkpoints.flush()


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path / "run")


@pytest.fixture
def all_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESNET_CHECKPOINT_DIR", str(tmp_path / "all"))
    return tmp_path / "all"


# Writing and reading


def test_a_checkpoint_comes_back_to_the_last_bit(checkpoints: Checkpoints) -> None:
    keep(checkpoints, 7)
    assert same(checkpoints.newest(), snapshot(7))
    assert [(outcome.step, outcome.epoch, outcome.error) for outcome in checkpoints.outcomes()] == [(7, 1, None)]
    assert checkpoints.outcomes() == []
    assert not checkpoints.busy


def test_one_file_a_checkpoint_and_no_other(checkpoints: Checkpoints) -> None:
    keep(checkpoints, 0, 12)
    assert sorted(path.name for path in checkpoints.folder.iterdir()) == ["step-000000000.safetensors", "step-000000012.safetensors"]


def test_the_newest_few_are_kept_and_the_protected_one(checkpoints: Checkpoints) -> None:
    assert KEPT_CHECKPOINTS == 3
    keep(checkpoints, 0, 10, 20)
    checkpoints.protect(10)
    keep(checkpoints, 30, 40, 50, 60)
    assert checkpoints.steps == [10, 40, 50, 60]
    checkpoints.protect()
    keep(checkpoints, 70)
    assert checkpoints.steps == [50, 60, 70]


def test_the_step_to_go_back_to(checkpoints: Checkpoints) -> None:
    assert (checkpoints.steps, checkpoints.step_before(99), checkpoints.newest()) == ([], 0, None)
    keep(checkpoints, 10, 20, 30)
    assert [checkpoints.step_before(step) for step in (9, 10, 29, 99)] == [0, 10, 20, 30]
    assert same(checkpoints.newest(at_most=29), snapshot(20))
    assert checkpoints.newest(at_most=9) is None
    assert same(checkpoints.newest(fits=lambda one: one.step < 15), snapshot(10))


def test_another_course_forgets_what_came_later(checkpoints: Checkpoints) -> None:
    keep(checkpoints, 10, 20, 30)
    checkpoints.forget_after(10)
    assert checkpoints.steps == [10]
    checkpoints.delete()
    assert not checkpoints.folder.exists()
    checkpoints.delete()


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_never_written_and_said(checkpoints: Checkpoints, number: float) -> None:
    keep(checkpoints, 10)
    broken = snapshot(20)
    broken.arrays["model/0"][3, 1] = number
    checkpoints.save(broken)
    checkpoints.flush()
    assert checkpoints.steps == [10]
    kept, refused = checkpoints.outcomes()
    assert (kept.step, kept.error, kept.is_finite) == (10, None, True)
    assert (refused.step, refused.epoch, refused.is_finite) == (20, 3, False)
    assert str(refused.error) == (
        "the weights or statistics of step 20 hold a number that is none (NaN or infinite), so this state is not saved; training goes on, "
        "but an interrupted run can only go on from an earlier step"
    )


# Damage


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def replace_by_weights(path: Path) -> None:
    save_file({"conv1.weight": np.zeros(3, np.float32)}, path)


def replace_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [cut, flip_a_bit, empty, replace_by_weights, replace_by_a_folder, Path.unlink])
def test_damage_is_passed_over(checkpoints: Checkpoints, damage: object) -> None:
    keep(checkpoints, 10, 20)
    newest = checkpoints.folder / "step-000000020.safetensors"
    damage(newest)  # type: ignore[operator]
    assert read(newest) is None
    assert same(checkpoints.newest(), snapshot(10))


def test_a_file_cut_short_while_it_was_written_is_never_read(checkpoints: Checkpoints) -> None:
    keep(checkpoints, 10)
    (checkpoints.folder / "unfinished").write_bytes(b"half of")
    (checkpoints.folder / "step-20.safetensors").write_bytes(b"nobody's")
    assert checkpoints.steps == [10]
    keep(checkpoints, 20)
    assert checkpoints.steps == [10, 20]


def test_a_checkpoint_under_another_steps_name_is_passed_over(checkpoints: Checkpoints) -> None:
    keep(checkpoints, 10, 20)
    (checkpoints.folder / "step-000000020.safetensors").rename(checkpoints.folder / "step-000000030.safetensors")
    assert same(checkpoints.newest(), snapshot(10))


# A disk that says no


@pytest.fixture
def small_files() -> Iterator[None]:
    """The system refuses files of more than 64 KiB, as it does on a disk that is full: by an OSError in the middle of writing."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_an_outcome_and_leaves_the_old_checkpoint(checkpoints: Checkpoints, small_files: None) -> None:
    keep(checkpoints, 10)
    checkpoints.save(snapshot(20, size=10_000))
    checkpoints.flush()
    kept, failed = checkpoints.outcomes()
    assert (kept.step, kept.error) == (10, None)
    assert failed.step == 20
    assert str(failed.error) == (
        f"the checkpoint of step 20 could not be written to {checkpoints.folder}: File too large; training goes on, but until this is "
        "mended an interrupted run can only go on from an earlier step"
    )
    assert same(checkpoints.newest(), snapshot(10))
    keep(checkpoints, 30)
    assert checkpoints.outcomes()[0].error is None


def test_a_folder_that_cannot_be_is_an_outcome(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    checkpoints = Checkpoints(tmp_path / "file" / "run")
    keep(checkpoints, 1)
    [failed] = checkpoints.outcomes()
    assert "Not a directory" in str(failed.error)
    assert checkpoints.steps == []


def test_writing_needs_the_folder(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write(tmp_path / "gone" / "step-000000001.safetensors", snapshot(1))


# All runs


def test_each_run_has_a_folder_under_the_one_that_is_named(all_runs: Path) -> None:
    assert folder_of_all() == all_runs
    assert run_folder("a-1_B") == all_runs / "a-1_B"
    assert Checkpoints.of_run("r1").folder == all_runs / "r1"


@pytest.mark.parametrize("run", ["", "..", "a/b", "a\\b", "r1\n"])
def test_a_run_that_is_no_file_name_is_refused(all_runs: Path, run: str) -> None:
    with pytest.raises(ValueError, match="a run's name must be"):
        run_folder(run)


def test_the_folders_of_old_runs_go(all_runs: Path) -> None:
    prune_runs()  # nothing there is fine
    for run, stamp in {"old": 1_000, "new": 3_000, "middle": 2_000}.items():
        keep(Checkpoints.of_run(run), 1)
        os.utime(run_folder(run), (stamp, stamp))
    prune_runs(keep=2)
    assert sorted(path.name for path in all_runs.iterdir()) == ["middle", "new"]


def test_the_folder_of_a_spared_run_stays_however_old(all_runs: Path) -> None:
    for stamp, run in enumerate(["oldest", "old", "middle", "new"], start=1_000):
        keep(Checkpoints.of_run(run), 1)
        os.utime(run_folder(run), (stamp, stamp))
    prune_runs(keep=1, spare={"old", "new", "one that has no folder yet"})
    assert sorted(path.name for path in all_runs.iterdir()) == ["new", "old"]


def test_runs_that_finish_take_nothing_from_those_that_can_go_on(all_runs: Path) -> None:
    keep(Checkpoints.of_run("stopped"), 1)
    os.utime(run_folder("stopped"), (1_000, 1_000))
    for stamp, run in enumerate(["first", "second", "third"], start=2_000):
        (run_folder(run) / "trained").mkdir(parents=True)
        os.utime(run_folder(run), (stamp, stamp))
    prune_runs(keep=2)
    assert sorted(path.name for path in all_runs.iterdir()) == ["second", "stopped", "third"]


def test_a_class_of_thirty_with_forty_runs_in_the_queue_loses_none(all_runs: Path) -> None:
    assert KEPT_RUNS == 100
    for number in range(101):
        run_folder(f"run-{number}").mkdir(parents=True)
        os.utime(run_folder(f"run-{number}"), (1_000 + number, 1_000 + number))
    prune_runs()
    assert {path.name for path in all_runs.iterdir()} == {f"run-{number}" for number in range(1, 101)}


def test_runs_that_are_brought_take_nothing_from_those_trained_here_and_lose_nothing_to_them(all_runs: Path) -> None:
    keep(Checkpoints.of_run("stopped"), 1)
    (run_folder("finished") / "trained").mkdir(parents=True)
    for stamp, run in enumerate(["first", "second", "third"], start=2_000):
        (run_folder(run) / "trained").mkdir(parents=True)
        (run_folder(run) / BROUGHT).write_text("1")
        os.utime(run_folder(run), (stamp, stamp))
    for run in ("stopped", "finished"):
        os.utime(run_folder(run), (1_000, 1_000))
    prune_runs(keep=1)
    assert sorted(path.name for path in all_runs.iterdir()) == ["finished", "first", "second", "stopped", "third"]
