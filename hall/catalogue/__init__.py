"""The catalogue: what a hall offers, as data that a centre edits.

``model`` is the schema, ``conditions`` the small language of ``when`` keys, ``load`` turns TOML text into a checked
catalogue, ``search`` finds a matter while somebody types.
"""
