"""Whom a school speaks with first by any order: checks, the line with its places, then everyone else."""

import numpy as np

from data_schemas.calendar import date_to_day
from data_schemas.codes import Tier
from models import calendars_for, read_policy, records_of
from tests.learnable import learnable
from training.cohorts.served_list import found_within, standing_of, taken_by_orders, tiers_by_share

POLICY = read_policy()
DATASET = learnable(240)
RECORDS = records_of(DATASET)
DAY = date_to_day(DATASET.description.index_dates[-1])
STANDING = standing_of(RECORDS, np.arange(len(RECORDS)), DAY, POLICY, calendars_for(DATASET, None))
ALL = {"all": np.ones(240, dtype=bool)}
SCORE = np.arange(240.0)


def test_a_school_holds_so_many_interviews_a_thousand_students() -> None:
    found = found_within(STANDING, SCORE, tiers_by_share(SCORE, POLICY), ALL, (100, 500, 1000))["all"]
    schools = RECORDS.students["school_id"]
    for horizon, each in ((100, 2), (500, 10), (1000, 20)):
        assert {int(found[horizon][schools == one].sum()) for one in set(schools)} == {each}
    assert (found[100] <= found[1000]).all()


def test_open_evidence_goes_first_whatever_the_order_says() -> None:
    tiers = tiers_by_share(-SCORE, POLICY)
    urgent = np.array([STANDING.present(row, 0.0, Tier.ROUTINE).urgent for row in range(240)])
    up, down = (found_within(STANDING, one, tiers, ALL, (100,))["all"][100] for one in (SCORE, -SCORE))
    assert up.sum() > 0
    assert (up == down).all(), "checks are held in the order of their clocks"
    assert not (up & ~urgent).any()
    out = [
        found_within(STANDING, one, tiers, {"out": ~STANDING.evidence}, (200,))["out"][200] for one in (SCORE, -SCORE)
    ]
    assert (out[0] != out[1]).any(), "and after that the order decides"


def test_outside_open_evidence_the_list_is_filled_from_the_others_alone() -> None:
    orders = {"one": (SCORE, tiers_by_share(SCORE, POLICY))}
    taken, inside = taken_by_orders(STANDING, orders, (200,))
    assert not (taken["outside"]["one"][200] & STANDING.evidence).any()
    assert inside["outside"].sum() == (~STANDING.evidence).sum() < 240


def test_shares_of_tiers_are_those_of_the_policy() -> None:
    tiers = tiers_by_share(np.arange(1000.0), POLICY)
    shares = POLICY.capacity
    assert (tiers == 2).sum() == round(1000 * shares.priority_share)
    assert (tiers == 1).sum() == round(1000 * shares.watch_share)
