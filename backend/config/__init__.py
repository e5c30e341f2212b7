"""Ties the program together: settings from the environment, addresses, web entry, background work.

Read settings.py first; database.py, storage.py and mail.py turn one URL each into Django's settings,
proxy.py tells whose request it is. Then urls.py, celery.py and wsgi.py. Every variable is told in deploy/env.example.
"""

from backend.config.celery import app as celery_app

__all__ = ["celery_app"]
