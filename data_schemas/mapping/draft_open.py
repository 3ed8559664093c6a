"""What is found while drafting: questions, and what else a person has to look at."""

from dataclasses import dataclass, field

from data_schemas.mapping.questions import Question

UNKNOWN = "columns"


@dataclass
class Open:
    """Questions by their ids and lines to look at, each once. `waves` are the students of each wave by questionnaire:
    what is asked of the file of one class is asked for those of the others too, and asked anew where the same students
    stand in a second wave."""

    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    waves: dict[str, list[set[str]]] = field(default_factory=dict)

    def name(self, code: str, students: set[str]) -> str:
        """What the sheets of these students are called in questions: by the questionnaire and, from the second wave on,
        its number. Columns that no questionnaire names are never the same."""
        waves = self.waves.setdefault(code, [])
        fitting = [wave for wave in waves if code != UNKNOWN and not wave & students]
        if not fitting:
            waves.append(set())
        wave = (fitting or waves[-1:])[0]
        wave |= students
        number = next(place for place, one in enumerate(waves, start=1) if one is wave)
        return code if number == 1 and code != UNKNOWN else f"{code}-{number}"

    def ask(self, question: Question | None) -> None:
        if question is not None and question.id not in {one.id for one in self.questions}:
            self.questions.append(question)

    def note(self, line: str | None) -> None:
        if line is not None and line not in self.notes:
            self.notes.append(line)
