"""What the inspect worker can be asked, and what it answers: plain data, so that pages can ask without loading TensorFlow.

A question is a frozen dataclass; equal questions share one answer. One that has no answer raises QuestionError, with the rule and the
value, as it is made. Maps are float32 (height, width, channels), channels last; norms are L2 over everything they are said of.
All of it is measured as the network predicts: batch norm by its moving averages, no dropout; where that is different, it is said.
It is computed in float32, also of a run that trained in bfloat16: only TestPredictions, and `as_tested` of LandscapePoints, are then what
the run itself said when it was tested. A probability may differ by a few hundredths between the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TypeAlias

import numpy as np

from resnet.config import ResNetConfig
from resnet.confirmation import Built
from resnet.inquiries.block import (
    AMOUNTS,
    MOST_CHAIN_BLOCKS,
    MOST_STRIP_IMAGES,
    TEST_IMAGES,
    BackwardNorms,
    BlockMaps,
    Chain,
    LookAtBlock,
    MeasureChain,
    MeasureStrip,
    SendBack,
    Strip,
)
from resnet.inquiries.files import FileForm, Opened, OpenModel, Packed, SaveModel, Series, WriteLogs
from resnet.inquiries.landscape import LandscapePoints, MeasureLandscape
from resnet.inquiries.results import (
    Embedding,
    EmbedTest,
    ExplainDecision,
    Filters,
    GradCam,
    Judge,
    Judgement,
    LayerMaps,
    LookAtLayer,
    PredictTest,
    ShowFilters,
    TestPredictions,
)
from resnet.inquiries.subjects import OwnPicture, Picture, RunSubject, Source, Subject, TestImage
from resnet.inquiries.surgery import MOST_STEPS, Cut, CutKind, CutResult, IdentityRun, LearnIdentity, places_to_cut

__all__ = [
    "AMOUNTS",
    "MOST_CHAIN_BLOCKS",
    "MOST_STEPS",
    "MOST_STRIP_IMAGES",
    "TEST_IMAGES",
    "BackwardNorms",
    "BlockMaps",
    "BuildNetwork",
    "Chain",
    "Cut",
    "CutKind",
    "CutResult",
    "EmbedTest",
    "Embedding",
    "ExplainDecision",
    "FileForm",
    "Filters",
    "Finding",
    "GradCam",
    "IdentityRun",
    "Inquiry",
    "Judge",
    "Judgement",
    "LandscapePoints",
    "LayerMaps",
    "LearnIdentity",
    "LookAtBlock",
    "LookAtLayer",
    "MeasureChain",
    "MeasureLandscape",
    "MeasureStrip",
    "OpenModel",
    "Opened",
    "OwnPicture",
    "Packed",
    "Picture",
    "PredictTest",
    "RunSubject",
    "SaveModel",
    "SendBack",
    "Series",
    "ShowFilters",
    "Source",
    "Strip",
    "Subject",
    "TestImage",
    "TestPredictions",
    "WriteLogs",
    "places_to_cut",
    "size_of",
]


@dataclass(frozen=True, slots=True)
class BuildNetwork:
    """Build this network in Keras and say what came of it. Answered by Built."""

    network: ResNetConfig


Inquiry: TypeAlias = (
    BuildNetwork
    | LookAtBlock
    | SendBack
    | MeasureStrip
    | MeasureChain
    | Cut
    | LearnIdentity
    | PredictTest
    | LookAtLayer
    | ShowFilters
    | ExplainDecision
    | EmbedTest
    | Judge
    | MeasureLandscape
    | SaveModel
    | WriteLogs
    | OpenModel
)
Finding: TypeAlias = (
    Built
    | BlockMaps
    | BackwardNorms
    | Strip
    | Chain
    | CutResult
    | IdentityRun
    | TestPredictions
    | LayerMaps
    | Filters
    | GradCam
    | Embedding
    | Judgement
    | LandscapePoints
    | Packed
    | Opened
)


NUMBER = 32  # bytes of a number of Python's in a tuple: itself, and the place that refers to it


def size_of(what: object) -> int:
    """Bytes of the arrays, files and tuples of numbers in a question or an answer, each array counted once."""
    return _size(what, set())


def _size(what: object, counted: set[int]) -> int:
    if isinstance(what, np.ndarray):
        size = 0 if id(what) in counted else what.nbytes
        counted.add(id(what))
        return size
    if isinstance(what, bytes):
        return len(what)
    if isinstance(what, tuple):
        return sum(NUMBER if isinstance(one, int | float) else _size(one, counted) for one in what)
    if isinstance(what, Mapping):
        return sum(_size(one, counted) for one in what.values())
    return sum(_size(getattr(what, field.name), counted) for field in fields(what)) if is_dataclass(what) else 0
