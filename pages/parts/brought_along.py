"""What a timer brings along: a fragment that runs again by itself sends every control of the page as its browser knew it then.

A control that the page has set anew since, for a button or a click into a drawing, would by that be set back.
"""

from __future__ import annotations

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState


def brought_along() -> bool:
    """Whether a control calls back that is not of the fragments that run: a change of its own would have had the whole page run."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not context.fragment_ids_this_run:
        return False
    here = ThreadState.get()
    return here.run_location is RunLocation.CALLBACK and here.fragment_id not in context.fragment_ids_this_run
