"""What happens in a month, one module a row of the schedule: the rule on top, its loop below."""
