"""A project under thousands of random operations equals an in-memory model."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from stateful.compound import CompoundMachine

DEFAULT = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=30,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(DEFAULT, derandomize=False, max_examples=250, stateful_step_count=60)


def test_project_equals_the_model() -> None:
    """Hundreds of operations, crashes and other processes among them, leave what the model says."""
    run_state_machine_as_test(CompoundMachine, settings=DEFAULT)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_project_equals_the_model_long() -> None:
    """The same for tens of thousands of operations, with other seeds each time."""
    run_state_machine_as_test(CompoundMachine, settings=LONG)
