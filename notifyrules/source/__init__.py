"""
Turn a file into text that knows where it stands.

The bottom layer: :class:`Source` and :class:`Span` say where, the located tree (:class:`Scalar`, :class:`Map`,
:class:`Seq`) is YAML in which nothing has lost its place, and :func:`read_yaml` makes one from the other.
"""
