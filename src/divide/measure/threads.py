"""One thread of arithmetic: sums are then added in the same order on every machine of a kind."""

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

# Extensions that are linked to a library of linear algebra. numpy's wheels and scipy's bring one
# each; conda's share one.
LINKED: Final = ("numpy.linalg._umath_linalg", "scipy.linalg._fblas")
# Names under which OpenBLAS lets its threads be counted: numpy's copy, scipy's, a system's.
NAMES: Final = (
    "scipy_openblas_{}_num_threads64_",
    "scipy_openblas_{}_num_threads",
    "openblas_{}_num_threads",
)


@contextmanager
def one_thread() -> Iterator[None]:
    """
    Let OpenBLAS use one thread meanwhile; libraries of other makers are left as they are.

    Products of small matrices, of which replicates are full, are faster so, too.

    Examples
    --------
    >>> import numpy
    >>> with one_thread():
    ...     (numpy.eye(2) @ numpy.ones(2)).tolist()
    [1.0, 1.0]
    """
    with ExitStack() as stack:
        for name in LINKED:
            if found := _counters(name):
                get, set_to = found
                stack.callback(set_to, get())
                set_to(1)
        yield


def _counters(module: str) -> tuple[Callable[[], int], Callable[[int], Any]] | None:
    """Return the functions that tell and set the number of threads, if the library has them."""
    path = getattr(sys.modules.get(module), "__file__", None)
    if path is None:
        return None
    library = ctypes.CDLL(path)
    for name in NAMES:
        if hasattr(library, name.format("get")):
            return getattr(library, name.format("get")), getattr(library, name.format("set"))
    return None
