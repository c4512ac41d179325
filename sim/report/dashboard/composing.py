"""From a filled form to a policy, and to the world that it makes of what is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from sim.analysis.additions import additions
from sim.history import catalogue
from sim.history.catalogue import history_of, load_history
from sim.history.clock import last_day
from sim.history.history import History
from sim.history.naming import Composition
from sim.history.parameters import Parameter
from sim.history.policies import Policy
from sim.history.records import policy_of
from sim.history.wording import Addition
from sim.numerics import months
from sim.numerics.errors import UserError
from sim.numerics.locations import CONF
from sim.numerics.strict_yaml import Document, Place
from sim.report.dashboard.form import CHANNEL, CLOSED, NUMBER, Form, Rule, faults

SOURCE = "composed by hand: a counterfactual of whoever composed it"


@dataclass(frozen=True)
class Composed:
    """A form and what comes of it: its faults, or the world with what it adds to the rules in force."""

    form: Form
    faults: tuple[str, ...] = ()
    world: str = ""
    additions: tuple[Addition, ...] = ()

    @property
    def acts(self) -> bool:
        """Whether anything in the rules differs within the run."""
        return any(one.verdict == "effective" for one in self.additions)


def compose(form: Form) -> Composed:
    """Judge a form, and say what it adds to the rules of the baseline to the last month of the run."""
    until = last_day(months.month(form.until))
    try:
        base = load_history(form.baseline, until=until, course=form.course, quiet=True)
        wrong = faults(form, base.parameters)
        if wrong:
            return Composed(form, tuple(wrong))
        history = _enacted(form, base.parameters)
    except UserError as error:
        return Composed(form, error.faults)
    return Composed(form, (), world(form), additions(history, base, until))


def _enacted(form: Form, parameters: Mapping[str, Parameter]) -> History:
    """The history of the named parts, with the rules of the form on top."""
    until = last_day(months.month(form.until))
    asked = Composition(form.scenario, form.policies, form.without)
    history = history_of(asked, CONF, until, form.course, quiet=True)
    return history.enact(policy(form, parameters)).check() if form.rules else history


def policy(form: Form, parameters: Mapping[str, Parameter] | None = None) -> Policy:
    """The policy of the form's rules; raises UserError with all faults."""
    return policy_of(form.policy, Document(content(form), Place(0, "", {}), ()), parameters=parameters)


def composition(form: Form) -> Composition:
    """What the world of the form is composed of, by name."""
    own = (form.policy,) if form.rules else ()
    return Composition(form.scenario, (*form.policies, *own), form.without)


def world(form: Form) -> str:
    """Name of the world of the form, as results have it."""
    return catalogue.world_name(composition(form), CONF)


def content(form: Form) -> dict[str, Any]:
    """The policy of the form's rules as its file says it: an event a rule."""
    events = {}
    for number, rule in enumerate(form.rules, 1):
        events[f"{form.policy}_{number}"] = {
            "announced": rule.announced or rule.start,
            "from": rule.start,
            "until": rule.until,
            "source": SOURCE,
            "confidence": "assumption",
            "note": "dates and terms as composed",
            "changes": {name: _change(rule, name) for name in rule.parameters},
        }
    return {
        "description": f"Composed on the page: {form.name.replace('_', ' ')}.",
        "actor": ", ".join(sorted({country for rule in form.rules for country in rule.countries})),
        "historical": False,
        "events": events,
    }


def _change(rule: Rule, parameter: str) -> Any:
    if rule.kind == NUMBER:
        return rule.share
    if parameter.endswith(".offered") and any(what.startswith(CHANNEL) for what in rule.what):
        return 0 if rule.kind == CLOSED else 1
    share = rule.share if rule.kind == CLOSED else 0.0
    return {"closed": share, "except": list(rule.excepted), "revoke": list(rule.revoked)}


class _Plain(yaml.SafeDumper):
    """YAML in which a value that stands twice is written twice; files of `conf/` may have no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """Every value is written out."""
        return True


def as_yaml(form: Form) -> str:
    """The policy's file, `conf/policy/NAME.yaml`, byte for byte the same for equal rules."""
    head = f"# To run it: save it as conf/policy/{form.policy}.yaml, then python -m sim policy={form.policy}\n"
    return head + yaml.dump(content(form), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)
