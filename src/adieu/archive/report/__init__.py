"""The shopping report: what a person spent, when and on what, told from facts and judged by nobody.

`facts_of` makes facts of a shop's records, or any other source makes them itself; `count` makes figures of facts, in one
pass; `sentences`, `report_fragment` and `report_page` tell the figures. Pure: no clock, no network, no store.
"""

from adieu.archive.report.counting import Counting, count
from adieu.archive.report.facts import Fact, Line, Mail, Order, Review, State, Ticket, Topic
from adieu.archive.report.figures import Figures
from adieu.archive.report.page import About, questions_fragment, report_fragment, report_page
from adieu.archive.report.reading import Ask, Read, Zones, covered_by, facts_of
from adieu.archive.report.sentences import LANGUAGES, Said, sentences

__all__ = [
    "LANGUAGES", "About", "Ask", "Counting", "Fact", "Figures", "Line", "Mail", "Order", "Read", "Review", "Said",
    "State", "Ticket", "Topic", "Zones", "count", "covered_by", "facts_of", "questions_fragment", "report_fragment",
    "report_page", "sentences",
]
