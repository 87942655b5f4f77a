# One image for web, worker, beat and the one-shot migrations; Compose gives each its command.

FROM node:24-bookworm-slim AS front-end
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tools/frontend tools/frontend
COPY static static
RUN node tools/frontend/build.mjs

FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /venv && pip install uv==0.13.9
COPY requirements/base.txt requirements/base.txt
RUN uv pip install --python /venv/bin/python --no-cache --require-hashes -r requirements/base.txt

FROM python:3.11-slim-bookworm AS translations
WORKDIR /src
RUN apt-get update && apt-get install -y --no-install-recommends gettext && rm -rf /var/lib/apt/lists/*
COPY locale locale
RUN for po in locale/*/LC_MESSAGES/*.po; do msgfmt --check -o "${po%.po}.mo" "$po" || exit 1; done

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    CELERY_BEAT_SCHEDULE_FILENAME=/var/lib/salesops/celerybeat-schedule
RUN useradd --system --uid 10001 --home-dir /var/lib/salesops --create-home salesops
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY salesops salesops
COPY accounts accounts
COPY pipeline pipeline
COPY targets targets
COPY incentives incentives
COPY reviews reviews
COPY templates templates
COPY static/img static/img
COPY --from=front-end /src/static/dist static/dist
COPY --from=translations /src/locale locale
# Hashed and compressed once, at build time. The key is this command's only; the product refuses to run without its own.
RUN SECRET_KEY=only-for-collectstatic python manage.py collectstatic --no-input --verbosity 0
USER salesops
EXPOSE 8000
CMD ["gunicorn", "salesops.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
