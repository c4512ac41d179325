"""The twin: the engine's rules on weighted real units, with people as expected values instead of lives.

`Twin(rows, world).run(b, constants)` gives what the engine would give on average. The functions that weigh, choose,
detain, draft, renew, return and wait are the engine's own; the twin moves persons by their probabilities.

Exact, where nobody feeds back on anybody, nothing is waited for and nobody is barred from leaving: departures,
returns and stocks. Exact always: that nobody is lost, what is on offer to whom at what price, and with whom tastes,
close people, ages and documents lie.

Feedback is a mean field. The diaspora, the queue and a circle's news and absent members are their expected values:
the mean of a function is taken as the function of the mean. In a sample the circles fall into eight groups by hazard,
and share the news of their group.

At their conditional mean, with what that leaves out:

* Service, summonses, visas and pendular work go on as if the unit stayed at home all along; persons of a unit are
  independent; who is free this month depends on who was free last month and on nothing before. That the draft-liable
  leave sooner than others does not make them fewer among those who stay.
* A visa in hand and liability to the draft are shares of a cell, and each looks for itself at what is on offer; an
  application, an onward move and a renewal take the more probable. The fear of service is that of the mean.
* A detained unit comes back after its ban or custody; one already barred is not barred anew. An applicant who is
  detained is counted, but does not become persecuted; one who is drafted or banned while waiting loses the plan. A
  pardon ends the custody of those who are under no exit ban. Those held are summoned like others.
* A threat that screening is meant to find is a threat anew at every application.
* Those who leave a queue or are decided on are taken from the rows in proportion to what each has in the queue; so are
  heads who would go ahead of their family.
* A grant that fails for money or a closed border is tried again until it lapses; all that lapses is the oldest.
* A family follows after the sum of three mean times: the months before it may, those until it does and can travel, and
  those its head must work for the fare. It goes by the channel `family` and keeps that status to its first decision.
* An employer that moves takes a share of each sector's staff; who has left no longer counts among the staff, but which
  of the rows they were is not known. Nobody abroad is taken along.
* Abroad, totals by place, channel, status and month of decision follow the rules exactly, given hazards. A row knows
  only how many of its people are in which place, and takes that place's shares with a passport and open instruments.
* Work and savings abroad are known by class of household (adults, savings at the start) and place, with and without
  status; savings of those without work are taken as exponential. Hence too many can pay for a far onward move.
* A passport is renewed abroad at the pace at which decisions fall due there, not by each unit's own calendar. Only
  those settled at the start live long enough in one place to become citizens.
* At home, savings stay what they were at the start: what a journey cost is not missing on the next one.
* An adult lost to NGOs or media is counted by the head's job; a partner's does not matter to the choice class.
* Those detained in a couple count as hunted for return, whichever of the two it was.

Left out: wishes in vain, and the rival rules. `docs/design.md` states the measured gaps.
"""
