"""Proof that no accepted job can be lost: the real service under a mixed load while its processes are killed.

    python -m benchmarks.chaos --kills 100 --mode sqlite

`stage` starts the processes and brings back what died, as an operator's supervisor would; `load` holds the clients,
`pages` the open pages, `kills` kills, `verdict` judges what is left. docs/reliability.md tells what the table says.
"""
