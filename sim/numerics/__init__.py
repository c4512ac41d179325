"""What everything rests on: luck, arithmetic, codes, months, messages, files and machine code."""
