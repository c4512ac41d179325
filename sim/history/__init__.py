"""History: parameters, dated events and policies, how they combine, and how they are read from `conf/`."""
