"""The program's own settings, with the yardsticks of scoring beside its addresses."""

from backend.config.settings import *  # noqa: F403

ROOT_URLCONF = "deploy.benches.floor_score"
