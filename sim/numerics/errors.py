"""The user's mistakes, told apart from the program's."""


class UserError(Exception):
    """A mistake that the user can mend: one line naming key, value and known choices, or one for each of several."""

    @property
    def faults(self) -> tuple[str, ...]:
        """The lines, one for each mistake."""
        return tuple(map(str, self.args))

    def __str__(self) -> str:
        return "\n".join(self.faults)
