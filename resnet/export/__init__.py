"""Export: a network as a script, as a notebook and as data that others can run and read without this project.

Pure: configuration in, text out. No TensorFlow: the code is written here and runs elsewhere.
"""

from resnet.export.description import config_from_json, config_json, file_stem
from resnet.export.notebook import notebook
from resnet.export.script import python_script

__all__ = ["config_from_json", "config_json", "file_stem", "notebook", "python_script"]
