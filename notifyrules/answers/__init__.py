"""
Answer what can be asked of rules: functions from inputs to plain values that have a `to_dict`.

Every door gives the same answers by these, the command line first: a door reads what it is given, asks here, and shows
the answer in its own way.
"""
