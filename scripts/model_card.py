"""Write docs/model-card.*.md: from the facts kept beside them, or from a report's model-card.json named as argument,
which is then kept; with --check only say whether they are fresh."""

import json
import sys
from pathlib import Path

from evaluation.report.model_card import FACTS, LANGUAGES, model_card, write_facts

DOCS = Path(__file__).parents[1] / "docs"


def main() -> int:
    named = [argument for argument in sys.argv[1:] if argument != "--check"]
    source = Path(named[0]) if named else DOCS / FACTS
    facts = json.loads(source.read_text("utf-8"))
    if "--check" in sys.argv:
        stands = {language: (DOCS / name).read_text("utf-8") for language, name in LANGUAGES.items()}
        return int(any(model_card(facts, language) != text for language, text in stands.items()))
    write_facts(facts, DOCS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
