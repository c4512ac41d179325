"""Sources as a page lists them: those of the rules that change first, addresses and domains as links."""

import re

from markupsafe import Markup, escape

from sim.report.results import Results

_ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;:]")
_BRACKETS = re.compile(r"\([^()]*")
_DOMAIN = re.compile(r"(?<![\w./@-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,12}(?![\w./@-])", re.IGNORECASE)
_FILES = (".csv", ".json", ".md", ".py", ".txt", ".yaml", ".yml")
"""Ends of names of files, which are no domains."""


def linked(text: str) -> Markup:
    """A text with its addresses, and the domains that stand in brackets, as links; everything else is escaped."""
    found, end = [], 0
    for address in _ADDRESS.finditer(text):
        found += [_with_domains(text[end : address.start()]), _link(address[0], address[0])]
        end = address.end()
    return Markup("".join([*found, _with_domains(text[end:])]))


def sources(results: Results) -> dict[str, list[Markup]]:
    """Every source as the run recorded it: those of the rules that change (`changed`), and the `rest`."""
    lines = [line for line in results.text("sources.txt").splitlines() if line.strip()]
    ours = dict.fromkeys(str(rule["source"]) for rule in results.fact("policies") if rule.get("source"))
    return {
        "changed": [linked(source) for source in ours],
        "rest": [linked(line) for line in lines if line not in ours],
    }


def _link(address: str, words: str) -> str:
    return f'<a href="{escape(address)}">{escape(words)}</a>'


def _with_domains(text: str) -> str:
    return _BRACKETS.sub(lambda brackets: _DOMAIN.sub(_of_domain, brackets[0]), str(escape(text)))


def _of_domain(found: re.Match[str]) -> str:
    is_file = found[0].lower().endswith(_FILES)
    return found[0] if is_file else _link(f"https://{found[0].lower()}", found[0])
