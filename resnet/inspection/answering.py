"""From a question to its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from resnet.inquiries import (
    BuildNetwork,
    Cut,
    EmbedTest,
    ExplainDecision,
    Finding,
    Inquiry,
    Judge,
    LearnIdentity,
    LookAtBlock,
    LookAtLayer,
    MeasureChain,
    MeasureLandscape,
    MeasureStrip,
    OpenModel,
    PredictTest,
    SaveModel,
    SendBack,
    ShowFilters,
    WriteLogs,
)
from resnet.inspection.backward import measure_chain, send_back
from resnet.inspection.block import look_at_block, measure_strip
from resnet.inspection.building import build
from resnet.inspection.cuts import cut
from resnet.inspection.embedding import embed_test
from resnet.inspection.files import save_model, write_logs
from resnet.inspection.gradcam import explain_decision
from resnet.inspection.identity import learn_identity
from resnet.inspection.judging import judge
from resnet.inspection.landscape import measure_landscape
from resnet.inspection.layers import look_at_layer, show_filters
from resnet.inspection.opening import open_model
from resnet.inspection.predicting import predict_test

_ANSWERS: dict[type[Any], Callable[[Any], Finding]] = {
    BuildNetwork: lambda asked: build(asked.network),
    LookAtBlock: look_at_block,
    SendBack: send_back,
    MeasureStrip: measure_strip,
    MeasureChain: measure_chain,
    Cut: cut,
    LearnIdentity: learn_identity,
    PredictTest: predict_test,
    LookAtLayer: look_at_layer,
    ShowFilters: show_filters,
    ExplainDecision: explain_decision,
    EmbedTest: embed_test,
    Judge: judge,
    MeasureLandscape: measure_landscape,
    SaveModel: save_model,
    WriteLogs: write_logs,
    OpenModel: open_model,
}


def answer(inquiry: Inquiry) -> Finding:
    """Raises an ExplainedError where weights or images cannot be read."""
    return _ANSWERS[type(inquiry)](inquiry)
