"""One task for many seeds: here, in processes, or on the machines of a Dask scheduler."""

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from queue import SimpleQueue
from typing import Any, Final, TypeVar

from divide.errors import MethodError, UsageError
from divide.measure.threads import one_thread

Seed = TypeVar("Seed")
Result = TypeVar("Result")
LOCAL: Final = "local"
LIVES: Final = 4  # a task whose worker died so often is at fault itself
# One thread of arithmetic a worker: several would add sums in another order. Freed memory is
# kept, else the workers of one machine wait for its kernel.
WORKER: Final = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(2**30),
    "MALLOC_TRIM_THRESHOLD_": str(2**30),
}


def map_seeds(
    task: Callable[[Seed], Result],
    seeds: Iterable[Seed],
    *,
    workers: int = 1,
    scheduler: str | None = None,
    block: int = 1,
) -> list[Result]:
    """
    Run a task once for each seed; results come in the order of the seeds.

    A task that draws from its seed alone gives the same bits wherever it runs, whoever else
    works, and however often it had to be begun again.

    Parameters
    ----------
    task
        A function of a module, or `functools.partial` of one.
    seeds
        What tells one run from the next: numbers, or tuples such as (seed, replicate).
    workers
        Processes of this machine; 1 runs in this one.
    scheduler
        Address of a Dask scheduler (tcp://…:8786), or `local` for one on this machine with so
        many workers. Needs the extra `cluster`.
    block
        Seeds sent together: so many that a block takes 100 ms or more.

    Raises
    ------
    UsageError
        If Dask is not installed, no scheduler answers, or the task cannot be sent.
    MethodError
        If a task's worker died four times. What a task itself raises is raised.

    Examples
    --------
    >>> map_seeds(abs, [-1, 2, -3])
    [1, 2, 3]
    """
    if workers < 1 or block < 1:
        raise UsageError(f"{workers} workers, blocks of {block}: both must be 1 or more.")
    listed = list(seeds)
    blocks = [listed[start : start + block] for start in range(0, len(listed), block)]
    run = partial(_run_block, task)
    if scheduler is not None:
        parts = _on_dask(run, blocks, scheduler, workers)
    elif workers > 1:
        parts = _in_processes(run, blocks, workers)
    else:
        with one_thread():
            parts = [run(one) for one in blocks]
    return [result for part in parts for result in part]


def _run_block(task: Callable[[Any], Any], seeds: Sequence[Any]) -> list[Any]:
    return [task(seed) for seed in seeds]


def _in_processes(
    run: Callable[[Any], list[Any]], blocks: Sequence[list[Any]], workers: int
) -> list[list[Any]]:
    """Keep so many processes busy, each with a pool of its own: who dies takes no other along."""
    try:
        pickle.dumps(run)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise UsageError(f"The task cannot be sent to another process: {error}.") from None
    pools: SimpleQueue[ProcessPoolExecutor] = SimpleQueue()
    for _ in range(workers):
        pools.put(_process())

    def finish(block: list[Any]) -> list[Any]:
        for _ in range(LIVES):
            pool = pools.get()
            try:
                return pool.submit(run, block).result()
            except BrokenProcessPool:
                pool = _process()
            finally:
                pools.put(pool)
        raise _deadly(block)

    with _environment(WORKER), ThreadPoolExecutor(workers) as hands:
        try:
            return list(hands.map(finish, blocks))
        finally:
            for _ in range(workers):
                pools.get().shutdown()


def _process() -> ProcessPoolExecutor:
    # Spawned, not forked: a fork would inherit this process's threads of arithmetic.
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


def _deadly(block: Sequence[Any]) -> MethodError:
    return MethodError(
        f"The worker of the block that begins with seed {block[0]} died {LIVES} times: it may "
        "need more memory. Use fewer workers, or smaller blocks."
    )


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Give processes that start meanwhile these variables; this one has long read its own."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _on_dask(
    run: Callable[[Any], list[Any]], blocks: Sequence[list[Any]], scheduler: str, workers: int
) -> list[list[Any]]:
    """Send one Dask task a block; the scheduler gives a dead worker's task to another."""
    if find_spec("distributed") is None:
        raise UsageError("Dask is not installed. Run: pip install 'divide[cluster]'")
    dask = import_module("distributed")
    found: dict[str, list[Any]] = {}
    with _client(scheduler, workers) as client:
        # Not pure: Dask would take equal seeds for one task.
        futures = client.map(run, blocks, pure=False)
        keys = [future.key for future in futures]
        try:
            for future, result in dask.as_completed(futures, loop=client.loop, with_results=True):
                found[future.key] = result
                future.release()  # what arrived is not worked out again when its worker dies
        except dask.KilledWorker as error:
            raise MethodError(f"A task's workers died again and again: {error}") from None
    return [found[key] for key in keys]


@contextmanager
def _client(scheduler: str, workers: int) -> Iterator[Any]:
    """Speak with a scheduler, or with one of our own on this machine."""
    dask, settings = import_module("distributed"), import_module("dask.config")
    if scheduler == LOCAL:
        options = {"threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": "ERROR"}
        with (
            # Before the workers start: malloc reads its settings once.
            settings.set({"distributed.nanny.pre-spawn-environ": WORKER}),
            dask.LocalCluster(n_workers=workers, **options) as cluster,
            dask.Client(cluster, set_as_default=False) as client,
        ):
            yield client
        return
    try:
        dask.comm.get_address_host(scheduler)  # a client would wait long for what is no address
        client = dask.Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"No Dask scheduler at {scheduler} ({error}). Start one with: dask scheduler"
        ) from None
    with client:
        yield client
