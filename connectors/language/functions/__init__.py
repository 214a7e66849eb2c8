"""The functions of the expression language, by what they work on.

Importing this package fills the table.
"""

from connectors.language.functions import digests, lists, number, standard, text, times
from connectors.language.functions.table import FUNCTIONS, EvaluationError, Function, Run

__all__ = [
    "FUNCTIONS",
    "EvaluationError",
    "Function",
    "Run",
    "digests",
    "lists",
    "number",
    "standard",
    "text",
    "times",
]
