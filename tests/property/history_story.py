"""A random history in the making."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.obvious_facts import (
    Fact,
)
from tests.obvious_model import Obvious

BACK = (0, 0, 0, 1, 1, 2, 4)  # days


@dataclass
class Story:
    """A history in the making; the model is told along, so that what is named or corrected is really there."""

    draw: Callable[..., Any]
    settled: bool
    now: datetime
    facts: list[Fact] = field(default_factory=list)
    model: Obvious = field(default_factory=Obvious)
    used: set[tuple[object, ...]] = field(default_factory=set)
    pages: bool = True  # whether anything is recorded on a page

    @property
    def today(self) -> date:
        return self.now.date()

    def tell(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.model.apply(fact)

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def doors(self, *doors: Any) -> tuple[Any, ...]:
        """Those of the doors that are in use."""
        return tuple(door for door in doors if self.pages or door != "page")

    def near(self) -> date:
        """Today, often, or a day shortly before."""
        return self.today - timedelta(days=int(self.pick(*BACK)))

    def between(self, first: date, last: date) -> date:
        chosen: date = self.pick(first, first + (last - first) / 2, last)
        return chosen

    def fresh(self, *key: object) -> bool:
        """Whether nothing was sent under this key yet; what is of one key and two contents is not settled."""
        if self.settled and key in self.used:
            return False
        self.used.add(key)
        return True

    def name(self) -> str:
        return f"w{len(self.facts)}"
