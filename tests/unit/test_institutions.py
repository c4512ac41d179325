"""Institutions are Mesa's own agents beside the people, and read the columns and tallies of their model."""

import pytest
from few_people import FewPeople, N, rows_of

from sim.model.agents.institutions import BelarusianState, Destination, Employer
from sim.numerics.codes import CHANNEL, CONSCRIPTION, PLACE, SECTOR, STATUS


@pytest.fixture
def model():
    return FewPeople()


def test_institutions_are_ordinary_agents_beside_the_people(model):
    lithuania = Destination(model, "lithuania", ["work", "study"])
    state, it = BelarusianState(model), Employer(model, 1)
    assert set(model.agents) == {lithuania, state, it} and len(model.people) == N
    assert model.agents.select(agent_type=Destination).get("name") == ["lithuania"]
    for wrong, known in (("litva", "known: belarus, lithuania"), ("work", "unknown place 'work'")):
        with pytest.raises(ValueError, match=known):
            Destination(model, wrong, [])
    with pytest.raises(ValueError, match="unknown channel 'tunnel'"):
        Destination(model, "poland", ["tunnel"])
    assert len(model.agents) == 3


def test_a_destination_counts_in_persons(model):
    lithuania = Destination(model, "lithuania", ["work", "study"])
    model.stocks[PLACE["lithuania"], STATUS["permit"]] = 5
    model.stocks[PLACE["lithuania"], STATUS["pendular"]] = 2
    model.stocks[PLACE["poland"], STATUS["permit"]] = 50
    model.waiting[PLACE["lithuania"], CHANNEL["work"]] = 3
    model.waiting[PLACE["lithuania"], CHANNEL["asylum"]] = 1
    model.arrivals[PLACE["lithuania"]] = 4
    assert (lithuania.residents, lithuania.pendular, lithuania.arrivals) == (500, 200, 400)
    assert lithuania.queues == {"work": 300, "study": 0} and lithuania.waiting == 400
    assert lithuania.people.agg("place_name", set) == {"lithuania"} and len(lithuania.people) == 40


def test_the_state_reads_the_columns(model):
    state = BelarusianState(model)
    state_columns = model.columns
    for name, value in (("detained", -9), ("held", -9), ("exit_ban", -9)):
        getattr(state_columns, name)[:] = value
    state_columns.detained[:3] = model.month
    state_columns.held[:2] = [model.month, model.month - 1]
    state_columns.exit_ban[:4] = model.month + 5
    state_columns.conscription[:6] = CONSCRIPTION["serving"]
    state_columns.conscription[6:8] = CONSCRIPTION["liable"]
    assert (state.detained, state.in_custody, state.exit_banned) == (300, 100, 400)
    assert (state.serving, state.liable) == (600, 200)


def test_an_employer_knows_its_staff_and_where_it_takes_them(model):
    first, second = Employer(model, 1), Employer(model, 2)
    assert first.sector == "it" and repr(second) == "<Employer 2: it>"
    for employer in (first, second):
        assert employer.staff.agg("employer", set) == {employer.number} and len(employer.staff) > 5
        assert employer.staff.agg("sector", set) == {SECTOR["it"]}
        assert employer.staff_abroad == 100 * sum(person.abroad for person in employer.staff) > 0
        assert employer.destination is None
    model.columns.sector[rows_of(first.staff)] = SECTOR["none"]  # closed: they were its staff
    model.employers.place[2] = PLACE["georgia"]
    assert (first.destination, second.destination) == (None, "georgia") and len(first.staff) > 5
