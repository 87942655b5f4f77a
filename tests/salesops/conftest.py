from tests.background import hints, make_kind

__all__ = ["hints", "make_kind"]
