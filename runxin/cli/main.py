"""The command line: a verb is imported only when it is called, so that each starts at its own cost."""

import ast
import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from runxin.errors import UserError

# verb → where its function or group stands
VERBS = {
    "demo": "runxin.cli.demo:demo_command",
    "synth": "runxin.cli.synth:synth_command",
    "import": "runxin.cli.import_:import_command",
    "check": "runxin.cli.check:check_command",
    "instrument": "runxin.cli.instrument:instrument_app",
    "features": "runxin.cli.features:features_app",
    "train": "runxin.cli.train:train_command",
    "evaluate": "runxin.cli.evaluate:evaluate_command",
    "monitor": "runxin.cli.monitor:monitor_command",
    "promote": "runxin.cli.promote:promote_command",
    "rollback": "runxin.cli.rollback:rollback_command",
    "screen": "runxin.cli.screen:screen_command",
    "withdraw": "runxin.cli.withdraw:withdraw_command",
    "list": "runxin.cli.list_:list_command",
    "replay": "runxin.cli.replay:replay_command",
    "labels": "runxin.cli.labels:labels_command",
    "extract": "runxin.cli.extract:extract_command",
    "miss-review": "runxin.cli.miss_review:miss_review_command",
    "leave-rates": "runxin.cli.leave_rates:leave_rates_command",
    "serve": "runxin.cli.serve:serve_command",
    "work": "runxin.cli.work:work_command",
    "names": "runxin.cli.names:names_command",
    "school": "runxin.cli.school:school_app",
    "duty": "runxin.cli.duty:duty_app",
    "user": "runxin.cli.user:user_app",
    "key": "runxin.cli.key:key_app",
    "webhook": "runxin.cli.webhook:webhook_app",
    "prompts": "runxin.cli.prompts:prompts_command",
    "rights": "runxin.cli.rights:rights_app",
    "retention": "runxin.cli.retention:retention_command",
    "encryption": "runxin.cli.encryption:encryption_app",
    "audit": "runxin.cli.audit:audit_app",
    "doctor": "runxin.cli.doctor:doctor_command",
    "backup": "runxin.cli.backup:backup_command",
    "restore": "runxin.cli.restore:restore_command",
}
PROBLEMS_SHOWN = 100


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one verb and exit: 0 done, 2 usage, 3 bad data, 4 refused, 5 unavailable, 1 a bug with its traceback."""
    # Both phone home unless told otherwise before they are imported.
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["BENTOML_DO_NOT_TRACK"] = "True"
    os.umask(0o077)  # whatever a verb writes is its owner's alone: there may be children's answers in it
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(given))


def run(arguments: list[str]) -> int:
    """Run one verb and return its exit code."""
    try:
        _application(arguments)(arguments, prog_name="runxin")
    except UserError as error:
        _tell(error, "--json" in arguments)
        return error.kind.exit_code
    except SystemExit as ended:  # how typer ends, with 2 for wrong usage and 130 for Ctrl-C
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def _application(arguments: list[str]) -> typer.Typer:
    app = typer.Typer(
        name="runxin", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
    )

    @app.callback()
    def about() -> None:
        """Runxin 润心: risk screening and triage for student mental health in schools."""

    asked = arguments[0] if arguments else ""
    if asked not in VERBS:  # a list of verbs, or a word that is none
        for verb, place in VERBS.items():
            app.command(verb, short_help=_line_of_help(place))(_nothing)
        return app
    module, name = VERBS[asked].split(":")
    target = getattr(importlib.import_module(module), name)
    if isinstance(target, typer.Typer):
        app.add_typer(target, name=asked)
    else:
        app.command(asked)(target)
    return app


def _nothing() -> None:
    """Stands for a verb that is only listed."""


def _line_of_help(place: str) -> str:
    """What a verb says of itself, read from its source: importing all of them takes seconds."""
    module, name = place.split(":")
    file = Path(__file__).with_name(f"{module.rpartition('.')[2]}.py")
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return ast.get_docstring(node) or ""
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name and isinstance(node.value, ast.Call):
            return next(str(ast.literal_eval(one.value)) for one in node.value.keywords if one.arg == "help")
    raise LookupError(f"{place} is not at the top of its module")


def _tell(error: UserError, json_wanted: bool) -> None:
    from rich.markup import escape  # with its console a tenth of a second, which help does not need

    from runxin.cli.output import console

    console.print(f"[bold]{escape(str(error))}[/bold]", highlight=False)
    if error.problems:
        from data_schemas.problem_groups import listed, payload_of  # pandas stands behind it

        for line in listed(error.problems, PROBLEMS_SHOWN):
            console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
    if json_wanted:
        content = {
            "error": {"kind": error.kind.slug, "message": error.message, "fix": error.fix},
            "problem_count": len(error.problems),
            "problems": payload_of(error.problems) if error.problems else [],
            **error.details,
        }
        print(json.dumps(content, ensure_ascii=False))
