"""`runxin demo`: the whole way on a synthetic city, from nothing to a page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from data_schemas.calendar_tables import read_calendars
from data_schemas.dataset import DESCRIPTION, Dataset, read_dataset
from data_schemas.synthetic import make_city, write_city
from models import Artifact, archive_artifact, read_policy
from models.triage.queues import IMMEDIATE, WEEK
from runxin.cli.demo_plans import plan_demo
from runxin.cli.operator import operator
from runxin.cli.output import answer, console
from runxin.cli.serve import refuse_taken_port, serve_command
from runxin.errors import Kind, UserError, how_many
from runxin.settings import Settings, read_settings
from serving.access import Role, takes_schools
from serving.accounts import create_link, create_user, link_address, list_accounts
from serving.miss_review import half_of, review_half
from serving.screening import in_force, publish_screening
from serving.store import Store, load_names, open_store
from serving.today import FollowUpList, follow_up_list

COUNSELOR, ADMINISTRATOR = "demo-counselor", "demo-administrator"
SYNTHETIC = "合成数据 / synthetic data"


def demo_command(
    students: Annotated[int, typer.Option(help="How many students; about 1,000 a school.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the city.")] = 7,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the page when all is made.")] = True,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port; RUNXIN_PORT or 3000 by default.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Make a synthetic city, train, promote, screen it and serve the page; what is already there is kept."""
    settings = read_settings()
    if serve:
        refuse_taken_port(settings.host, port or settings.port)
    made = _make(settings, students, seed)
    with open_store(settings) as store:
        links = {name: _link(store, name, role, made.listed.school_id) for name, role in USERS.items()}
    base = f"http://{settings.host}:{port or settings.port}"
    public = settings.public_url if port is None or port == settings.port else base
    urls = {name: link_address(public, token) for name, token in links.items()}
    payload: dict[str, Any] = {
        "synthetic": True,
        "dataset": str(made.folder),
        "students": made.students,
        "model_version": made.artifact.manifest.version if made.artifact else None,
        "run_id": made.run_id,
        "school": made.listed.school_id,
        "immediate": made.listed.count(IMMEDIATE),
        "week": made.listed.count(WEEK),
        "tiers": dict(made.listed.tier_counts),
        "page": base + "/",
        "links": urls,
    }
    answer(payload, json, _text(payload))
    if serve:
        serve_command(port=port, host=None, json=False)


USERS = {COUNSELOR: Role.COUNSELOR, ADMINISTRATOR: Role.ADMINISTRATOR}


@dataclass(frozen=True)
class _Made:
    folder: Path
    artifact: Artifact | None
    listed: FollowUpList  # of the school whose counselor signs in
    run_id: str
    students: int


def _make(settings: Settings, students: int, seed: int) -> _Made:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(f"{SYNTHETIC}: the city", total=10)

        def step(name: str) -> None:
            bar.update(task, advance=1, description=f"{SYNTHETIC}: {name}")

        folder = settings.home / "demo" / f"city-{students}-{seed}"
        if not (folder / DESCRIPTION).exists():
            write_city(make_city(students, seed), folder)
        dataset = read_dataset(folder)
        artifact = _champion(settings, dataset)
        if artifact is None:
            try:
                artifact = _train(settings, dataset, step)
            except UserError as error:
                if error.kind is not Kind.BAD_DATA:
                    raise
                console.print(f"no model, the list goes by rules: {error}", highlight=False)
        step("screening")
        policy, as_of = read_policy(settings.policy_file), dataset.description.as_of
        calendars = read_calendars(settings.calendar)
        school = str(dataset.students["school_id"].value_counts().index[0])
        with open_store(settings) as store:
            run_id = in_force(store, dataset, as_of, artifact, policy, calendars)
            if run_id is None:
                load_names(store, folder.with_name(f"{folder.name}.names.csv"), datetime.now(UTC), operator())
                for day in (dataset.description.index_dates[-1], as_of):  # a list of before, to look back on
                    run_id = publish_screening(
                        store, dataset, day, artifact, policy, datetime.now(UTC), actor=operator(), calendars=calendars
                    ).run_id
                plan_demo(store, school, as_of, calendars.of(school), policy, datetime.now(UTC), operator())
                for half in (half_of(as_of), half_of(as_of).before):
                    review_half(store, settings.models, half, policy, datetime.now(UTC), operator())
            assert run_id is not None
            listed = follow_up_list(store, school, datetime.now(UTC), False, policy, calendars=calendars)
        bar.update(task, completed=10, description=f"{SYNTHETIC}: ready")
    return _Made(folder, artifact, listed, run_id, len(dataset.students))


def _champion(settings: Settings, dataset: Dataset) -> Artifact | None:
    """The champion, where it was trained on this very city."""
    try:
        artifact = archive_artifact(settings.champion, settings.models)
    except UserError:
        return None
    return artifact if artifact.manifest.training["fingerprint"] == dataset.fingerprint else None


def _train(settings: Settings, dataset: Dataset, step: Callable[[str], None]) -> Artifact:
    # MLflow and LightGBM take seconds to import; a second run does without them.
    from runxin.cli.promotion_words import refused_outside
    from training.promotion.promote import refuse_demo
    from training.promotion.promotion import Trial, promote_demo
    from training.run import train_and_register
    from training.train import Options

    refuse_demo(settings, dataset.description.origin)  # rather before the training than after
    policy = read_policy(settings.policy_file)
    outcome = train_and_register(dataset, policy, Options(), settings, step)
    step("promoting")
    trial = Trial(dataset, dataset.description.as_of, read_calendars(settings.calendar))
    done = promote_demo(settings, outcome.registered.version, policy, datetime.now(UTC), trial)
    console.print(refused_outside([gate.id for gate in done.look.refusing]), highlight=False, soft_wrap=True)
    return done.artifact


def _link(store: Store, name: str, role: Role, school: str) -> str:
    now = datetime.now(UTC)
    if name not in {user.username for user in list_accounts(store)}:
        create_user(store, name, role.code, [school] if takes_schools(role) else [], now, operator())
    return create_link(store, name, now, operator())


def _text(payload: dict[str, Any]) -> str:
    model = f"model version {payload['model_version']}" if payload["model_version"] else "no model, rules only"
    tiers = ", ".join(f"{name} {count}" for name, count in payload["tiers"].items())
    return "\n".join(
        [
            f"{SYNTHETIC}: {how_many(payload['students'], 'student')}, {model}",
            f"{payload['school']}: {how_many(payload['immediate'], 'immediate check')}, "
            f"{how_many(payload['week'], 'interview')} this week",
            f"  {tiers}",
            f"page: {payload['page']}",
            "sign in, each link once, within 24 hours:",
            *(f"  {name}: {url}" for name, url in payload["links"].items()),
        ]
    )
