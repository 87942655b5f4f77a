"""The product's settings, over this test run's own servers."""

from tests.servers import use_test_servers

use_test_servers()

from salesops.settings import *  # noqa: E402, F403 (the addresses must be in the environment first)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2 is slow by intent
LOGGING_CONFIG = None  # pytest shows a failing test's log lines itself
WHITENOISE_AUTOREFRESH = True  # no collected files: the finders serve them
