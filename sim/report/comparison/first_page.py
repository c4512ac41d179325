"""The first page of a comparison, within the words that a minister reads: as much detail as finds room, and no more."""

from dataclasses import dataclass

from sim.report import style
from sim.report.comparison import answer, doubts, rule_changes
from sim.report.comparison.phrases import FULL, Detail
from sim.report.told import Told

MOST_WORDS = 250
"""Words of the page, headings and stamp among them; those of its figure are not counted."""
LEVELS = (
    FULL,
    Detail(is_brief=True),
    Detail(is_brief=True, parts=3),
    Detail(is_brief=True, parts=3, has_parts_intervals=False),
    Detail(is_brief=True, parts=3, has_parts_intervals=False, rules=55),
    Detail(is_brief=True, parts=3, has_parts_intervals=False, rules=55, has_sentences=False),
    Detail(is_brief=True, parts=3, has_parts_intervals=False, rules=40, has_sentences=False),
    Detail(is_brief=True, parts=2, has_parts_intervals=False, rules=30, has_sentences=False),
    Detail(is_brief=True, parts=2, has_parts_intervals=False, rules=25, has_sentences=False, has_intervals=False),
    Detail(is_brief=True, parts=1, has_parts_intervals=False, rules=1, has_sentences=False, has_intervals=False,
           is_least=True),
)  # fmt: skip
"""From the most to the least: what cannot be told is only named, small parts of lives and intervals of parts are left
to the tables, rules are counted, countries stand in a list instead of sentences, at last without their intervals."""
HEADINGS = ("What changes in the rules", "The answer", "What would change it")


@dataclass(frozen=True)
class FirstPage:
    """What the first page says: a title, the question, and lists and paragraphs under `HEADINGS`."""

    title: str
    question: str
    changes: tuple[str, ...]
    sentences: tuple[str, ...]
    doubt: str
    standing: str
    sure: str

    @property
    def words(self) -> int:
        """How many words there are on the page."""
        texts = (style.STAMP, self.title, self.question, *HEADINGS, *self.changes, *self.sentences, self.doubt,
                 self.standing, self.sure)  # fmt: skip
        return sum(len(text.split()) for text in texts)


def first_page(told: Told) -> FirstPage:
    """The page with the most detail that has at most `MOST_WORDS` words; else that with the least."""
    pages = (_page(told, detail) for detail in LEVELS)
    return next((page for page in pages if page.words <= MOST_WORDS), _page(told, LEVELS[-1]))


def _page(told: Told, detail: Detail) -> FirstPage:
    results = told.results
    sentences = tuple(answer.sentences(told, detail))
    return FirstPage(
        title=answer.title(told),
        question=f"{answer.question(results)} {told.span}.",
        changes=tuple(rule_changes.changes(results, detail.rules)),
        sentences=sentences,
        doubt=doubts.doubt(told),
        standing=results.standing_in_brief,
        sure=answer.sure(results, " ".join(sentences)),
    )
