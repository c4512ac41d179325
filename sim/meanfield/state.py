"""What the twin knows of its rows, where their people are, and what it expects."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
DETAINED, CHARGED, DRAFTED, CAUGHT, ARRESTED, LOST = range(6)
"""Harms, in the order of `recorder.HARMS`."""


class Cells(NamedTuple):
    """A row's people by what can happen to them: N cells, R rows, G groups of circles, T months. No run writes it."""

    first: Whole  # [R + 1] first cell of each row
    row: Whole  # [N] row of the cell
    head: Whole  # [N] head of its unit in the columns
    hunted: Whole  # [N] 1 if the head is persecuted, which decides on return
    persecuted: Floats  # [N] persons of the unit who risk arrest on return
    detained: Whole  # [N] cell of those of whom an adult is detained
    jobless: Whole  # [N] cell of those who lose their work at an NGO or in the media
    kind: Whole  # [T, N] choice class, but for the draft and a visa in hand
    visa: NDArray[np.bool_]  # [T, N] has a visa in hand from the start
    sector: Whole  # [N]
    employer: NDArray[np.bool_]  # [N] works for an employer that may move
    living: Whole  # [N] class of household by which one lives abroad
    groups: Whole  # [T, N] groups of the choice class
    passport: Whole  # [N] last month of the head's passport
    circle: Whole  # [R] group of circles
    members: Floats  # [G] persons of the rows in the group
    abroad: Floats  # [R] share of the circle settled abroad at the start
    pendular: Floats  # [T + 1, places] persons on pendular work at the start, by month in which they come back


class Home(NamedTuple):
    """Persons by cell, and what their circles share."""

    free: Floats  # [N] at home without a plan, free to leave
    barred: Floats  # [N] the same, one of the unit serving, under a summons' exit limit or on pendular work
    held: Floats  # [T + 1, N] detained, or barred from leaving as accused, by month in which they are free again
    locked: Floats  # [N] sum of `held` still to come
    jail: Floats  # [T + 1, N] of the locked, in prison or before the trial, by month in which they are free again
    planning: Floats  # [N] with a plan to go, those who would stay behind left out
    left: Floats  # [N] of families whose head is ahead of them, or has a plan to go
    there: Floats  # [N, places] settled abroad
    ahead: Floats  # [N, places] of these, heads without their family
    memory: Floats  # [G] remembered share detained
    renewed: Floats  # [N] share of those abroad whose passport was renewed there
    counted: Floats  # [N] persons abroad when passports were last looked at
    returned: Floats  # [N] of these, who have returned since
    returning: Floats  # [N] persons at leisure again at the end of the month, having returned or been rejoined


class Expected(NamedTuple):
    """What is expected, in persons; T months."""

    committed: Floats  # [T, places, channels]
    departures: Floats  # [T, places, channels] from Belarus
    returned: Floats  # [T, places] from each place
    onward_from: Floats  # [T, places]
    onward_to: Floats  # [T, places]
    stocks: Floats  # [T, places, statuses] at the end of the month
    harms: Floats  # [T, harms] in the order of `recorder.HARMS`
