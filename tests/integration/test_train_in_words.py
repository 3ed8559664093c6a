"""What a training and an evaluation say at a terminal, without `--json`."""

from pathlib import Path

import pytest

from data_schemas.dataset import write_dataset
from runxin.cli.main import run
from tests.learnable import learnable

# MLflow's own tables and SHAP's own plot use what SQLAlchemy and matplotlib are about to drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The set_.* function:PendingDeprecationWarning"),
]


@pytest.mark.whole
def test_the_command_trains_and_speaks_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In concurrent mode with the hash split of another salt."""
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))
    write_dataset(learnable(1_000, mode="concurrent"), tmp_path / "survey")
    assert run(["train", str(tmp_path / "survey"), "--salt", "4", "--resamples", "20", "--tune", "0"]) == 0
    words = capsys.readouterr().out
    assert "合成数据 / synthetic" in words
    assert "mode concurrent; hash: students with SHA-256('4:' + id) mod 5 = 0 are held out" in words
    assert "logistic regression is" in words
    assert "settings of the trees, out of fold (5 tried; the cheapest to explain within 0.003 AUROC" in words
    assert "calibration (other students: fitted on four fifths, judged on the fifth):" in words
    assert run(["evaluate", str(tmp_path / "survey"), "--model", "1", "--resamples", "20"]) == 0
    told = capsys.readouterr().out
    assert "mode concurrent" in told
    assert "held out from training" in told
    assert "IN SAMPLE" not in told
    assert run(["evaluate", str(tmp_path / "survey"), "--model", "1", "--resamples", "20", "--all-rows"]) == 0
    told = capsys.readouterr().out
    assert "IN SAMPLE: the model has seen them" in told
    assert "The model has seen these rows: the figures flatter it" in told
