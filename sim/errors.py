"""The user's mistakes, told apart from the program's."""


class UserError(Exception):
    """A mistake that the user can mend: the message is one line naming key, value and known choices."""
