"""A small internet on loopback: many hosts behind one port, each behaving as its kind says, and a record of every
request as the server saw it. What fetch did is judged by that record and not by what fetch says of itself.

`kinds` how hosts behave, `world` which hosts there are, `server` serves them (`python -m support.internet` in a process
of its own), `record` what was asked, `manners` judges it; `fetch_service` is the real service with this internet's DNS.
"""
