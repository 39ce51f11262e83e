"""A network's words in the address: what is written is read back, and what cannot be read is named and left out."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pages.parts import network_state
from pages.parts.network_address import WORDS, from_query, preset_of, to_query
from pages.parts.network_state import NetworkSession
from resnet.config import Activation, Initializer, Padding, ResNetConfig, Shortcut, Stem
from resnet.errors import ConfigError
from resnet.presets import PRESETS

SHARES = st.floats(0, 0.99, allow_nan=False, allow_subnormal=False)


@st.composite
def networks(draw: st.DrawFn) -> ResNetConfig:
    stages = draw(st.integers(1, 5))
    sizes = st.lists(st.integers(1, 600), min_size=stages, max_size=stages).map(tuple)
    try:
        return ResNetConfig(
            name=draw(st.sampled_from(sorted(PRESETS))),
            block="basic",
            depths=draw(sizes),
            widths=draw(sizes),
            input_shape=draw(st.tuples(st.integers(1, 300), st.integers(1, 300), st.integers(1, 4))),
            num_classes=draw(st.integers(2, 1000)),
            stem=draw(st.sampled_from(get_args(Stem))),
            shortcut=draw(st.sampled_from(get_args(Shortcut))),
            padding=draw(st.sampled_from(get_args(Padding))),
            dropout=draw(SHARES),
            activation=draw(st.sampled_from(get_args(Activation))),
            bn_epsilon=draw(st.floats(1e-9, 0.5)),
            bn_momentum=draw(SHARES),
            initializer=draw(st.sampled_from(get_args(Initializer))),
        )
    except ConfigError:
        assume(False)
        raise


@given(networks())
def test_what_is_written_is_read_back(network: ResNetConfig) -> None:
    assert from_query(to_query(network)) == (network, [])


@given(st.dictionaries(st.sampled_from(WORDS), st.text(max_size=120) | st.integers().map(str) | st.just("1,2,3")))
def test_any_address_gives_a_network_and_reasons_that_can_be_shown(address: dict[str, str]) -> None:
    network, problems = from_query(address)
    assert isinstance(network, ResNetConfig)
    assert all(len(str(problem)) < 400 for problem in problems)
    assert from_query(to_query(network)) == (network, [])


def test_a_preset_is_its_key_alone() -> None:
    assert to_query(PRESETS["resnet-34"]) == {"name": "resnet-34"}


def test_only_what_differs_is_written() -> None:
    network = replace(PRESETS["resnet-34"], depths=(3, 4, 7, 3), dropout=0.25, input_shape=(160, 128, 3))
    assert to_query(network) == {"name": "resnet-34", "depths": "3,4,7,3", "input_shape": "160,128,3", "dropout": "0.25"}


def test_a_network_of_another_name_descends_from_the_nearest_preset() -> None:
    network = replace(PRESETS["resnet-18"], name="mine", dropout=0.5)
    assert preset_of(network) is PRESETS["resnet-18"]
    assert to_query(network) == {"name": "resnet-18", "called": "mine", "dropout": "0.5"}
    assert from_query(to_query(network)) == (network, [])


@pytest.mark.parametrize(
    ("address", "expected", "reasons"),
    [
        ({}, {}, []),
        (
            {"name": "resnet-99"},
            {},
            ["the address asks for a network named 'resnet-99', which is none of the 27 presets; mini-resnet is shown"],
        ),
        ({"called": "mine"}, {"name": "mine"}, []),
        ({"called": "<b>"}, {}, ["name must be 1 to 60 lower-case letters, digits or hyphens, got '<b>'"]),
        ({"called": "n" * 61}, {}, ["name must be 1 to 60 lower-case letters, digits or hyphens"]),
        ({"called": "resnet-50"}, {}, ["the address calls its network resnet-50, which is a preset's name"]),
        ({"depths": "3,x,3"}, {}, ["the address gives depths='3,x,3', but whole numbers separated by commas are needed there"]),
        ({"num_classes": "ten"}, {}, ["the address gives num_classes='ten', but a whole number is needed there"]),
        ({"dropout": ""}, {}, ["the address gives dropout='', but a number is needed there"]),
        ({"dropout": "nan"}, {}, ["dropout must be a number in [0, 1), got nan"]),
        ({"stem": "tulip"}, {}, ["stem must be one of imagenet, cifar, got 'tulip'"]),
        # Four depths do not go with the preset's three widths; the dropout beside them does.
        ({"depths": "1,1,1,1", "dropout": "0.5"}, {"dropout": 0.5}, ["depths and widths must name the same number of stages"]),
        ({"depths": "1,1", "widths": "8,16"}, {"depths": (1, 1), "widths": (8, 16)}, []),
        ({"input_shape": "1,1,3", "num_classes": "4"}, {"num_classes": 4}, ["stage2 halves the resolution"]),
        ({"depths": "0,2,2"}, {}, ["depths must be a tuple of whole numbers from 1 to 1000, got (0, 2, 2)"]),
    ],
)
def test_what_cannot_be_read_is_left_out_and_named(address: dict[str, str], expected: dict[str, object], reasons: list[str]) -> None:
    network, problems = from_query(address)
    assert network == replace(PRESETS["mini-resnet"], **expected)  # type: ignore[arg-type]
    assert len(problems) == len(reasons)
    for problem, reason in zip(problems, reasons, strict=True):
        assert str(problem).startswith(reason)


def test_a_very_long_value_is_named_shortened() -> None:
    network, (problem,) = from_query({"dropout": "x" * 10_000})
    assert network == PRESETS["mini-resnet"]
    assert "x" * 78 + "…" in str(problem)


def test_an_address_on_its_way_counts_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    session, old, new = NetworkSession(), {"name": "resnet-18"}, {"name": "resnet-34"}
    session.note_written(old)
    session.note_written(new)
    assert session.has_written(old)
    assert session.has_written(new)
    later = time.monotonic() + network_state.ADDRESS_TRAVEL_SECONDS + 0.1
    monkeypatch.setattr(network_state.time, "monotonic", lambda: later)
    assert not session.has_written(old)
    assert session.has_written(new)
