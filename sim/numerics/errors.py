"""The user's mistakes, told apart from the program's."""


class UserError(Exception):
    """A mistake that the user can mend: one line naming key, value and known choices, or one for each of several."""

    @property
    def faults(self) -> tuple[str, ...]:
        """The lines, one for each mistake."""
        return tuple(map(str, self.args))

    def __str__(self) -> str:
        return "\n".join(self.faults)


class HistoryError(UserError):
    """A history that cannot be: one line with the name, the value and the known choices."""


class CatalogueError(HistoryError):
    """A file of `conf/` that cannot be read: a line for each fault, with the file, the key and the known choices."""
