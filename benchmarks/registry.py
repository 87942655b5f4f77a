"""The benchmarks. A module `bench_*.py` registers its own with `@bench("import")`; `python -m benchmarks` runs them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One comparison, in seconds. `goal` is the ratio that is aimed at; None where there is none."""

    what: str
    ours: float
    baseline: float
    baseline_is: str
    goal: float | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.baseline

    def __str__(self) -> str:
        goal = "" if self.goal is None else f" (goal ≤ {self.goal:g})"
        seconds = f"{self.ours * 1000:,.1f} ms against {self.baseline * 1000:,.1f} ms for {self.baseline_is}"
        return f"{self.what}: {self.ratio:.2f} ×{goal}; {seconds}"


Bench = Callable[[], Iterator[Result]]
BENCHES: dict[str, Bench] = {}


def bench(name: str) -> Callable[[Bench], Bench]:
    """Register a benchmark: a generator of results, run with companies of its own."""

    def register(run: Bench) -> Bench:
        BENCHES[name] = run
        return run

    return register


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median(work: Callable[[], object], times: int = 3) -> float:
    """The median of several runs: single ones vary by 30 % on shared machines."""
    return statistics.median(seconds(work) for _ in range(times))
