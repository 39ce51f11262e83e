"""Export: a network as a script, as a notebook and as data that others can run and read without this project; a run as the same, and as
an archive that comes back.

Pure: configuration and events in, text and bytes out. No TensorFlow: the code is written here and runs elsewhere.
"""

from resnet.export.description import config_from_json, config_json, file_stem
from resnet.export.notebook import notebook
from resnet.export.run_code import reproducible
from resnet.export.run_notebook import run_notebook
from resnet.export.run_script import run_script
from resnet.export.script import python_script

__all__ = [
    "config_from_json",
    "config_json",
    "file_stem",
    "notebook",
    "python_script",
    "reproducible",
    "run_notebook",
    "run_script",
]
