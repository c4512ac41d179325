"""The command: settings from the command line, the tasks, and what is told of them."""
