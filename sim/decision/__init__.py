"""Decision rules, one module each, all over the same named terms; `conf/decision` names the one in use."""
