# syntax=docker/dockerfile:1
FROM python:3.14.10-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/portside
WORKDIR /src
COPY requirements.lock .
RUN /opt/portside/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY proxy proxy
COPY connectors connectors
RUN /opt/portside/bin/pip install --no-deps --no-build-isolation . \
    && /opt/portside/bin/pip uninstall --yes pip

FROM python:3.14.10-slim-trixie
RUN groupadd --system --gid 10001 portside \
    && useradd --system --uid 10001 --gid portside --home-dir /data --shell /usr/sbin/nologin portside \
    && install --directory --owner portside --group portside --mode 0700 /data
COPY --from=build /opt/portside /opt/portside
ENV PATH=/opt/portside/bin:$PATH PYTHONUNBUFFERED=1 PORTSIDE_SETTINGS=/etc/portside/settings.yaml
USER portside
# A relative `database: sqlite:///portside.db` lies here; keep the volume.
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# Asks at the default `admin.listen`, which is open inside the container alone; with another port there, run with --health-cmd.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import sys, urllib.request; sys.exit(urllib.request.urlopen('http://127.0.0.1:9090/readyz', timeout=4).status != 200)"]
ENTRYPOINT ["portside"]
CMD ["serve"]
