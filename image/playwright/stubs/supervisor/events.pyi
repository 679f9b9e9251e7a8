from collections.abc import Callable
from typing import TypeVar

from supervisor.process import Subprocess

E = TypeVar("E")

class SupervisorStoppingEvent: ...

class ProcessLogStdoutEvent:
    process: Subprocess
    data: bytes

class ProcessStateEvent:
    process: Subprocess

class ProcessStateBackoffEvent(ProcessStateEvent): ...
class ProcessStateFatalEvent(ProcessStateEvent): ...
class ProcessStateExitedEvent(ProcessStateEvent): ...
class ProcessStateStoppedEvent(ProcessStateEvent): ...

def subscribe(type: type[E], callback: Callable[[E], object]) -> None: ...
