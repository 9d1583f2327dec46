"""The moves of a job. Each is one conditional UPDATE, whose row count says whether the move was ours to make.

No state is read and then written: between the two somebody else may have moved the job. A move that finds its row
changed, or gone, does nothing and says so. Each move appends its event in the same transaction.
"""
