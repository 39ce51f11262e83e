"""What a timer brings along: a fragment that runs again by itself sends every control of the page as its browser knew it then.

A control that the page has set anew since, for a button or a click into a drawing, would by that be set back.
"""

from __future__ import annotations

import time

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState

# As long as a page may take to come to a browser that has asked once more meanwhile.
_TRAVEL_SECONDS = 5.0


def brought_along(changed: float) -> bool:
    """Whether what a control says may be from before the page changed it, at that moment (`time.monotonic`).

    It is not of the fragments that run then: a change of its own would have had the whole page run.
    """
    if time.monotonic() - changed > _TRAVEL_SECONDS:
        return False
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not context.fragment_ids_this_run:
        return False
    here = ThreadState.get()
    return here.run_location is RunLocation.CALLBACK and here.fragment_id not in context.fragment_ids_this_run
