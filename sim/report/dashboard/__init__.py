"""The page on which a policy is composed, run and read (`task=dashboard`).

`form` says what may be composed and `composing` makes a policy and a world of it; `said` tells both in words, `lines`
as command lines, which `jobs` runs; `stored` finds what runs left and `shown` makes tables of it. None of them knows a
browser: `page` and `parts` do, which Streamlit runs.
"""
