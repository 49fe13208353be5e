"""Which answers are the same, and which are right: voting, stopping, de-duplication and grading all ask here."""

from its_checking.boxed import last_boxed
from its_checking.canonical import Form, Kind, canonical, form
from its_checking.checker import Checker, open_checker, undecided
from its_checking.structured import structured

__all__ = ["Checker", "Form", "Kind", "canonical", "form", "last_boxed", "open_checker", "structured", "undecided"]
