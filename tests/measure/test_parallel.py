"""The same seeds give the same bits here, in processes and on Dask, and a death costs one task."""

import os
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from divide.errors import MethodError, UsageError
from divide.measure import area_bootstrap, parallel
from divide.measure.parallel import map_seeds
from divide.measure.threads import one_thread

SEEDS = [(7, replicate) for replicate in range(12)]
# Workers import tasks by their module's name; pytest gives test modules none that they know.
TASKS = '''
import os, pathlib, signal, time
import numpy as np

def draw(seed, folder=None, dies=()):
    """Return a sum that hangs on the order of its terms; leave a sign; die once where told."""
    number = seed[1]
    if folder is not None:
        sign = pathlib.Path(folder) / str(number)
        again = sign.exists()
        with sign.open("a") as file:
            file.write(f"{os.getpid()}\\n")
        if number in dies and not again:
            time.sleep(0.2)  # so that what the others finished arrives
            os.kill(os.getpid(), signal.SIGKILL)
    rng = np.random.default_rng(seed)
    return float(rng.standard_normal(20_000) @ rng.standard_normal(20_000))

def fall(seed):
    os.kill(os.getpid(), signal.SIGKILL)

def fail(seed):
    raise ValueError(f"seed {seed} cannot be used")
'''


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a module of tasks that workers find, too."""
    (tmp_path / "tasks_of_a_test.py").write_text(TASKS, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield import_module("tasks_of_a_test")
    import sys

    del sys.modules["tasks_of_a_test"]


@pytest.fixture(scope="module")
def bootstrap() -> Callable[..., pd.DataFrame]:
    """Return a bootstrap whose sums are long enough to hang on the threads that add them."""
    rng = np.random.default_rng(5)
    x = pd.DataFrame(rng.normal(size=(700, 3)), columns=list("abc"))
    se = rng.uniform(0.5, 1.5, 700)
    own = pd.DataFrame({"place": x.index, "value": rng.normal(x["a"], 1 + se), "se": se})
    return partial(area_bootstrap.bootstrap_areas, own, x, replicates=200, seed=3)


def equal(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Tell whether two results are equal to the last bit."""
    return one.equals(other) and np.array_equal(one.attrs["sigma2"], other.attrs["sigma2"])


def test_results_come_in_the_order_of_their_seeds() -> None:
    assert map_seeds(abs, [-3, 1, -2], block=2) == [3, 1, 2]
    assert map_seeds(abs, []) == []


def test_processes_give_the_same_bits(bootstrap: Callable[..., pd.DataFrame], tasks: Any) -> None:
    assert equal(bootstrap(), bootstrap(workers=2))
    assert map_seeds(tasks.draw, SEEDS) == map_seeds(tasks.draw, SEEDS, workers=8)


def test_dask_gives_the_same_bits_on_one_two_and_eight_workers(
    bootstrap: Callable[..., pd.DataFrame],
) -> None:
    dask = import_module("distributed")
    alone = bootstrap()
    assert equal(alone, bootstrap(scheduler="local", workers=2))
    for workers in (1, 8):  # as threads of this process, which start at once
        options = {"n_workers": workers, "threads_per_worker": 1, "processes": False}
        with dask.LocalCluster(**options, dashboard_address=":0") as cluster, one_thread():
            assert equal(alone, bootstrap(scheduler=cluster.scheduler_address))


@pytest.mark.parametrize("scheduler", [None, "local"])
def test_a_killed_worker_costs_only_its_task(
    scheduler: str | None, tasks: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "signs"
    folder.mkdir()
    told = partial(tasks.draw, folder=str(folder), dies=(5,))
    found = map_seeds(told, SEEDS, workers=2, scheduler=scheduler)
    assert found == map_seeds(tasks.draw, SEEDS)
    runs = {int(sign.name): len(sign.read_text("utf-8").split()) for sign in folder.iterdir()}
    assert runs == dict.fromkeys(range(12), 1) | {5: 2}
    assert os.getpid() not in {
        int(p) for sign in folder.iterdir() for p in sign.read_text().split()
    }


def test_a_deadly_task_is_given_up(tasks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "LIVES", 2)
    with pytest.raises(MethodError, match="seed 11 died 2 times"):
        map_seeds(tasks.fall, [11], workers=2)


def test_an_error_of_a_task_is_its_own(tasks: Any) -> None:
    for options in ({}, {"workers": 2}):
        with pytest.raises(ValueError, match="seed 4 cannot be used"):
            map_seeds(tasks.fail, [4], **options)


def test_workers_add_with_one_thread_and_keep_their_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    names = ["OMP_NUM_THREADS", "MALLOC_TRIM_THRESHOLD_"]
    assert map_seeds(os.getenv, names, workers=2) == ["1", str(2**30)]
    assert (os.environ["OMP_NUM_THREADS"], os.getenv("MALLOC_TRIM_THRESHOLD_")) == ("3", None)


def test_what_cannot_be_used_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="must be 1 or more"):
        map_seeds(abs, [1], workers=0)
    with pytest.raises(UsageError, match="cannot be sent"):
        map_seeds(lambda seed: seed, [1, 2], workers=2)
    with pytest.raises(UsageError, match="No Dask scheduler at nowhere"):
        map_seeds(abs, [1], scheduler="nowhere")
    monkeypatch.setattr(parallel, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'divide\[cluster\]'"):
        map_seeds(abs, [1], scheduler="local")
