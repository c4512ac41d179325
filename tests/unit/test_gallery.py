"""The gallery: pictures that one command draws anew, each with the command behind it and what it is not."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from sim.numerics.errors import UserError
from sim.report.comparison import figures
from sim.report.results import Results
from sim.report.style import STAMP
from tests.tutorials.composing import settings_of
from tests.unit import fake_results

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "gallery.md"
drawn = pytest.mark.skipif(not PAGE.is_file(), reason="not drawn yet: `python docs/gallery.py` draws docs/gallery.md")


@pytest.fixture(scope="module")
def gallery():
    spec = importlib.util.spec_from_file_location("gallery", DOCS / "gallery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@drawn
def test_the_page_has_every_picture_with_its_command_and_its_stamp(gallery):
    top, *sections = PAGE.read_text(encoding="utf-8").split("\n## ")
    assert len(sections) == len(gallery.PICTURES) and STAMP in top
    for section, picture in zip(sections, gallery.PICTURES, strict=True):
        assert section.startswith(picture.question) and f"```\n{gallery.command(picture)}\n```" in section
        assert f"(gallery/{picture.figure}.png)" in section and STAMP.capitalize() in section


@drawn
def test_the_pictures_are_there_and_small(gallery):
    shown = re.findall(r"\]\((gallery/\w+\.png)\)", PAGE.read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(f"gallery/{path.name}" for path in (DOCS / "gallery").iterdir())
    assert sum((DOCS / name).stat().st_size for name in shown) <= gallery.LARGEST


def test_figures_are_those_of_reports_and_each_is_shown_once(gallery):
    shown = [picture.figure for picture in gallery.PICTURES]
    assert len(set(shown)) == len(shown) and set(shown) <= set(figures.names())


def test_every_command_is_read(gallery, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["vyraj"])
    for picture in gallery.PICTURES:
        (settings,) = settings_of(gallery.command(picture).split()[3:])
        assert settings.task == "compare" and settings.people.one_in == 200 and not settings.report


def test_what_is_told_comes_from_what_was_stored(gallery, tmp_path, monkeypatch):
    """Other results give another page; nothing on it is typed."""
    results = [Results(fake_results.write(tmp_path / f"{k}", replicates=2, strength=k)) for k in (0.3, 0.8)]
    pages = []
    for one in results:
        monkeypatch.setattr(gallery, "compared", lambda picture, sample, one=one: one)
        gallery.write(gallery.SAMPLE, tmp_path / "docs")
        pages.append((tmp_path / "docs" / "gallery.md").read_text(encoding="utf-8"))
        for picture in gallery.PICTURES:
            assert figures.figure(picture.figure).title(one) in pages[-1]
    assert pages[0] != pages[1] and len(list((tmp_path / "docs" / "gallery").iterdir())) == len(gallery.PICTURES)


def test_a_command_that_fails_is_named(gallery):
    with pytest.raises(UserError, match="code 2: python -m sim scenario=nowhere"):
        gallery.compared(gallery.Picture("?", "harms", ("scenario=nowhere",)), gallery.SAMPLE)
