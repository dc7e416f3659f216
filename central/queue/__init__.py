"""The queue at the centre: tickets, numbers, claims by windows, and what the hall may see of them.

``issuing`` gives tickets and blocks of numbers, ``calling`` the next ticket to a window, ``moving`` what a window then
does with it, ``told`` takes in what devices did without us, ``figures`` counts. SQL stands in ``central.store.queue``.
"""
