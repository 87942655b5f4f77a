"""The one way in which the tools say that they cannot go on."""

from __future__ import annotations


class Missing(Exception):
    """Something that is needed is not there. The message is one line that says what to install or to set."""
